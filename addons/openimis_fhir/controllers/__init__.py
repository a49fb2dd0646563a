from . import fhir_dispatcher
from . import main
