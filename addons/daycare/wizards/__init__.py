from . import daycare_locality_import
