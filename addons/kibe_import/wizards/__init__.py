from . import kibe_attach
from . import kibe_language_alias
