from . import openimis_fhir_query
from . import res_users_apikeys_description
