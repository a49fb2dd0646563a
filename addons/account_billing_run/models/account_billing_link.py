from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.exchange_run.links import open_named_record


class AccountBillingLink(models.Model):
    """A source document and the move that bills it.

    The unique index is what guarantees that no source is billed twice by the same
    converter, whatever runs at the same time. A released link is kept as history.
    """

    _name = "account.billing.link"
    _description = "Billed Source"
    _order = "id"
    _rec_name = "res_id"

    company_id = fields.Many2one("res.company", required=True)
    converter = fields.Char(required=True)
    res_model = fields.Char(string="Source Model", required=True)
    res_id = fields.Many2oneReference(
        string="Source", model_field="res_model", required=True, index=True
    )
    discriminator = fields.Char(
        default="",
        help="Tells apart several bills of one source, such as the period.",
    )
    move_id = fields.Many2one(
        "account.move", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary()
    state = fields.Selection(
        [("active", "Active"), ("released", "Released")],
        default="active",
        required=True,
    )

    _source_uniq = models.UniqueIndex(
        "(company_id, converter, res_model, res_id, COALESCE(discriminator, ''))"
        " WHERE state = 'active'",
        "A source document can be billed only once.",
    )
    _source_idx = models.Index("(res_model, res_id)")

    def _release(self):
        """Make the sources billable again; the links stay as history."""
        self.state = "released"
        self._mark_sources(False)

    def _activate(self):
        """Take the sources back for their move.

        :raises UserError: one of them is billed elsewhere by now, or gone
        """
        self._check_sources_exist()
        self._check_sources_free()
        try:
            with self.env.cr.savepoint():
                self.state = "active"
                self.flush_recordset(["state"])
        except UniqueViolation:  # at the same moment
            raise self._billed_elsewhere() from None
        self._mark_sources(True)

    def _check_sources_free(self):
        """Refuse to bill what another document bills.

        The unique index would, too, but not without an error in the server's log.
        """
        kinds = self.grouped(
            lambda link: (link.company_id, link.converter, link.res_model)
        )
        for (company, converter, model), links in kinds.items():
            others = self.search(
                [
                    ("company_id", "=", company.id),
                    ("converter", "=", converter),
                    ("res_model", "=", model),
                    ("res_id", "in", links.mapped("res_id")),
                    ("state", "=", "active"),
                    ("id", "not in", links.ids),
                ]
            )
            if set(map(_source_key, others)) & set(map(_source_key, links)):
                raise self._billed_elsewhere()

    def _billed_elsewhere(self):
        return UserError(
            self.env._(
                "What this document billed has been billed by another one since. "
                "Cancel that one first, or leave this one cancelled."
            )
        )

    def _check_sources_exist(self):
        """Refuse to bill again what was deleted, or replaced by other documents."""
        for model, links in self.grouped("res_model").items():
            if model not in self.env:
                continue  # its addon was uninstalled
            ids = set(links.mapped("res_id"))
            # sudo: sources the user may not see exist, too
            if len(self.env[model].sudo().browse(ids).exists()) != len(ids):
                raise UserError(
                    self.env._(
                        "What this document billed has been deleted or replaced "
                        "since, and may be billed by another one. Leave this one "
                        "cancelled."
                    )
                )

    def _mark_sources(self, billed):
        """Write on the sources which move bills them.

        :param bool billed: True to name the links' moves, False to name none
        """
        by_move = self.grouped(
            lambda link: (link.converter, link.res_model, link.move_id)
        )
        for (converter, model, move), links in by_move.items():
            if model not in self.env:
                continue  # its addon was uninstalled
            if converter in self.env and not self.env[converter]._marks_source:
                continue
            # sudo: the bill decides, its user need not be allowed to edit sources
            sources = self.env[model].sudo().browse(links.mapped("res_id")).exists()
            if not billed:
                sources = sources.filtered(
                    lambda s, move=move: s.billing_move_id == move
                )
            sources.billing_move_id = move if billed else False

    def action_open_source(self):
        """Open the source document.

        :return: a window action
        :raises UserError: the source is gone
        """
        self.ensure_one()
        return open_named_record(self.env, self.res_model, self.res_id)


def _source_key(link):
    """Return what the unique index tells links of one kind apart by."""
    return link.res_id, link.discriminator or ""
