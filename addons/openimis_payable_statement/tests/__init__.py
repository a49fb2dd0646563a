from . import test_facility
