from odoo.addons.exchange_run.uninstall import let_go

from . import models
from . import wizards
