from odoo import api, models
from odoo.exceptions import AccessError


class ExchangeSharedMixin(models.AbstractModel):
    """Settings of no company, such as the layout of a file that several of them write.

    Who changes one changes what all of them send or pay: only somebody who works for
    all that use it may. A copy is used by nobody yet.
    """

    _name = "exchange.shared.mixin"
    _description = "Setting That Several Companies Use"

    #: (model, its field that names the setting, its path to the company)
    _shared_by = ()
    #: field that leads to the setting, where this is a part of one
    _shared_in = None

    @api.model_create_multi
    def create(self, vals_list):
        """Create settings, or parts of settings.

        :raises AccessError: of one that another company uses
        """
        records = super().create(vals_list)
        records._shared_check()
        return records

    def write(self, vals):
        """Change settings, or parts of settings.

        :raises AccessError: of one that another company uses
        """
        self._shared_check()
        result = super().write(vals)
        if self._shared_in in vals:
            self._shared_check()
        return result

    def unlink(self):
        """Delete settings, or parts of settings.

        :raises AccessError: of one that another company uses
        """
        self._shared_check()
        return super().unlink()

    def _shared_check(self):
        if self.env["exchange.engine.mixin"]._is_engine_writing():
            return
        settings = self[self._shared_in] if self._shared_in else self
        mine = self.env.user.company_ids
        for model, field, path in settings._shared_by:
            # sudo: those count, too, that this user does not see
            users = self.env[model].sudo().with_context(active_test=False)
            for used in users.search([(field, "in", settings.ids)]):
                if used.mapped(path) - mine:
                    raise AccessError(
                        self.env._(
                            "“%s” is used by a company, too, that you do not work for. "
                            "Duplicate it, and use the copy.",
                            used[field].display_name,
                        )
                    )
