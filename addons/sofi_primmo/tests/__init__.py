from . import test_export
from . import test_failures
