from . import openimis_batch_wizard
