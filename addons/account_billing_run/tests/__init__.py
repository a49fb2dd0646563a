from . import (
    test_invoice_form,
    test_bulk,
    test_billing_hooks,
    test_billing_run,
    test_billing_release,
    test_buttons,
    test_fast_create,
    test_readme,
    test_billing_security,
    test_excuses,
)
from . import test_button_table
