from odoo import api, models


class ResUsers(models.Model):
    """What a user may read of jobs of other addons."""

    _inherit = "res.users"

    @api.model
    def _update_last_login(self):
        result = super()._update_last_login()
        self.env["exchange.access"]._note("login")
        return result

    @api.private
    def exchange_readable_models(self):
        """Return the names of the job models this user may read (for record rules).

        :return: list of model names
        """
        names = self.env["exchange.chunk"]._run_models()
        env = self.env(user=self.id, su=False)
        return [name for name in names if env[name].has_access("read")]
