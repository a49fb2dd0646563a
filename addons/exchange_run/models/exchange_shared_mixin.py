from odoo import api, models
from odoo.exceptions import AccessError


class ExchangeSharedMixin(models.AbstractModel):
    """Settings of no company, such as the layout of a file that several of them write.

    Who changes one changes what all of them send or pay: only somebody who works for
    all that use it may. A copy is used by nobody yet.

    Of a list that is looked up by what its rows say, such as the words of delivered
    files, whoever has records looked up in it uses every row. A new row of it changes
    nothing that was there.
    """

    _name = "exchange.shared.mixin"
    _description = "Setting That Several Companies Use"

    #: (model, its field that names the setting, its path to the company); where it is
    #: no field but `None`, every record of the model uses all settings
    _shared_by = ()
    #: field that leads to the setting, where this is a part of one
    _shared_in = None

    @api.model_create_multi
    def create(self, vals_list):
        """Create settings, or parts of settings.

        :raises AccessError: of one that another company uses
        """
        records = super().create(vals_list)
        records._shared_check_new()
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

    def _shared_check_new(self):
        """Refuse new settings that change what others use."""
        self._shared_check(looked_up=False)

    def _shared_check(self, looked_up=True):
        """Refuse settings that another company uses.

        :param bool looked_up: also what others use without naming it
        :raises AccessError: naming the setting
        """
        if self.env["exchange.engine.mixin"]._is_engine_writing():
            return
        settings = self[self._shared_in] if self._shared_in else self
        for model, field, path in settings._shared_by if settings else ():
            if field:
                settings._shared_check_named(model, field, path)
            elif looked_up:
                self._shared_check_looked_up(model, path)

    def _shared_check_named(self, model, field, path):
        # sudo: those count, too, that this user does not see
        users = self.env[model].sudo().with_context(active_test=False)
        mine = self.env.user.company_ids
        groups = users._read_group(
            [(field, "in", self.ids), (path, "not in", mine.ids)], [field], limit=1
        )
        for [used] in groups:
            raise AccessError(
                self.env._(
                    "“%s” is used by a company, too, that you do not work for. "
                    "Duplicate it, and use the copy.",
                    used.display_name,
                )
            )

    def _shared_check_looked_up(self, model, path):
        # sudo: as above
        users = self.env[model].sudo().with_context(active_test=False)
        mine = self.env.user.company_ids
        if users.search_count([(path, "not in", mine.ids)], limit=1):
            raise AccessError(
                self.env._(
                    "The list “%s” is used by companies, too, that you do not work "
                    "for. Ask somebody who works for all of them.",
                    self.env["ir.model"]._get(self._name).name,
                )
            )
