from . import account_bank_statement_line
from . import account_bank_matching
from . import account_journal
