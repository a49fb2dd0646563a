from . import daycare_group
from . import daycare_request
from . import daycare_request_line
from . import daycare_forecast
from . import exchange_card
