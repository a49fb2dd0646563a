from . import fs_storage
from . import sofi_residence
from . import sofi_export_file
from . import sofi_export
