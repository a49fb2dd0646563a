from . import test_cut
from . import test_delivery
from . import test_night_of_twelve
from . import test_secrets
