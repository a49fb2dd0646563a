from odoo.addons.exchange_run.uninstall import let_go

from . import controllers
from . import models
