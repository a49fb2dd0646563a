from . import test_closing_claim
from . import test_closing_other
