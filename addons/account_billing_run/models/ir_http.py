from odoo import models

from odoo.addons.exchange_run.discreet_errors import is_discreet


class IrHttp(models.AbstractModel):
    """Pages of the portal tell no traceback, not in debug mode either."""

    _inherit = "ir.http"

    @classmethod
    def _get_exception_code_values(cls, exception):
        code, values = super()._get_exception_code_values(exception)
        if is_discreet():
            for told in ("traceback", "qweb_exception"):
                values.pop(told, None)
        return code, values
