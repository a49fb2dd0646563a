from . import test_pull
from . import test_pull_bills
from . import test_fhir_server
from . import test_fhir_payments
from . import test_subscription
from . import test_payment_report
from . import test_ledger_entry
from . import test_security
