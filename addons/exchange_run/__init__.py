from . import controllers, models
from .uninstall import let_go
