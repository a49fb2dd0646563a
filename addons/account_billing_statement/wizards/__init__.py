from . import statement_common_wizard
