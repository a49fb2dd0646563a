from . import exchange_message
from . import exchange_chunk
from . import exchange_progress
from . import exchange_run_mixin
from . import exchange_run_worker
from . import exchange_run_overview
from . import res_users
