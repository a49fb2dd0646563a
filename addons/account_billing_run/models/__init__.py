from . import account_billing_link
from . import account_billing_source_mixin
from . import account_billing_converter
from . import account_billing_run_line
from . import account_billing_run_mixin
from . import account_billing_run
from . import account_move
from . import account_move_fast_create
