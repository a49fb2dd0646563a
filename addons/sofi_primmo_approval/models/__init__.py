from . import sofi_export
from . import tier_definition
