from . import test_run_lifecycle, test_run_messages, test_run_security
