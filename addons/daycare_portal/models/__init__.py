from . import daycare_child_guardian
from . import daycare_guardian
from . import daycare_income_proposal
from . import daycare_portal
from . import exchange_card
from . import res_partner
