from . import test_pull
from . import test_pull_bills
from . import test_fhir_server
from . import test_fhir_payments
