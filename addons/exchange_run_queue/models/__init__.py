from . import exchange_chunk
from . import exchange_job
from . import exchange_run_mixin
from . import exchange_transaction
