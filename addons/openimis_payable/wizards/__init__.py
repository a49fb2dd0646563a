from . import account_payment_register
from . import openimis_payable_export
from . import openimis_payment_return
from . import validate_account_move
