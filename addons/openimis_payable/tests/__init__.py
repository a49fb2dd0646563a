from . import test_closing_claim
