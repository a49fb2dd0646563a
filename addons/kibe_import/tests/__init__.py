from . import test_apply
from . import test_files
from . import test_import
from . import test_preview
from . import test_refusal
from . import test_security
from . import test_structure
from . import test_undo
