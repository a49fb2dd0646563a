from . import sofi_config_wizard
from . import sofi_export_wizard
from . import sofi_match_wizard
from . import sofi_reason_wizard
from . import sofi_year_wizard
