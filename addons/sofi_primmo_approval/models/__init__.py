from . import sofi_export
from . import sofi_export_file
from . import tier_definition
