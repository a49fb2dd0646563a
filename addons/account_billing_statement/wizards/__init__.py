from . import statement_common_wizard
from . import mail_compose_message
