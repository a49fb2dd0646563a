from . import account_payment_register
from . import openimis_payable_export
