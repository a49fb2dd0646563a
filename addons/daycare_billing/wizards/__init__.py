from . import daycare_tariff_simulator
from . import daycare_tariff_simulator_child
from . import daycare_attestation
from . import daycare_funding_statement
from . import daycare_setup
