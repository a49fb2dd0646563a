from . import test_again
from . import test_billing
from . import test_config
from . import test_convention
from . import test_export
from . import test_failures
from . import test_primmo_import
from . import test_security
