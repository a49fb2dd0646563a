from . import account_payment_line
from . import account_payment_order
from . import tier_definition
