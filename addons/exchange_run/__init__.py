from . import controllers, discreet_log, models
from .uninstall import let_go
