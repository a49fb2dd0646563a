from . import res_company
from . import account_move
from . import credit_control_policy
from . import credit_control_line
from . import credit_control_communication
from . import ir_actions_report
