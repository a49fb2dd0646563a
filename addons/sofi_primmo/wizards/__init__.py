from . import sofi_export_wizard
