from . import res_users
from . import tier_review
from . import tier_validation
from . import exchange_approved_run_mixin
