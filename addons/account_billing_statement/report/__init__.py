from . import statement_common
