from . import controllers, discreet_errors, discreet_log, models
from .uninstall import let_go
