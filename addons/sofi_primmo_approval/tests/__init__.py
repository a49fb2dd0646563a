from . import test_export_approval
