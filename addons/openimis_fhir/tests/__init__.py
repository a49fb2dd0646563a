from . import test_pull
from . import test_pull_bills
