from . import kibe_language_alias
