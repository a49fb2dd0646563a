from . import openimis_remittance
