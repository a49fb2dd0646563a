from . import test_again
from . import test_config
from . import test_export
from . import test_failures
