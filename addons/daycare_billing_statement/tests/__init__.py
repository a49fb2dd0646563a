from . import test_debtor
