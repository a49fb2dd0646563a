from . import crossovered_budget_lines
from . import openimis_closing
from . import res_users
