from . import test_closing_claim
from . import test_closing_other
from . import test_bill_services
from . import test_bill_life
from . import test_bill_payment
from . import test_rights
from . import test_closing_scope
