from . import test_batch
from . import test_batch_attacks
from . import test_batch_layout
from . import test_batch_results
from . import test_batch_rights
from . import test_batch_status
from . import test_batch_swiss
