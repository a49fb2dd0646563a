from . import tier_definition
from . import account_move
from . import openimis_closing
