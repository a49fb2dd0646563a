from . import test_forecast
from . import test_request
from . import test_security
