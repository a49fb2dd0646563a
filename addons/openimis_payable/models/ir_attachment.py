from odoo import api, fields, models
from odoo.fields import Domain

BILL = "account.move"


class IrAttachment(models.Model):
    """Files of a bill say what its claims were about, as its payable lines do.

    The ledger is whole for whoever keeps it, and the chatter of a bill is the ledger's.
    So a statement that was sent, or a scan, is no file of everybody who sees the bill:
    it takes the right to search bills, in an area of the user's.
    """

    _inherit = "ir.attachment"

    openimis_in_reach = fields.Boolean(
        "openIMIS File in My Reach",
        compute="_compute_openimis_in_reach",
        search="_search_openimis_in_reach",
        help="The file belongs to no openIMIS bill, or you see what the bill's claims "
        "are about, or you added the file yourself.",
    )

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_openimis_in_reach(self):
        files = self.filtered(
            lambda file: file.res_model == BILL and file.create_uid != self.env.user
        )
        hidden = set()
        if files:
            hidden = {*self._openimis_hidden_bills(files.mapped("res_id"))}
        for file in self:
            file.openimis_in_reach = not (file in files and file.res_id in hidden)

    @api.model
    def _search_openimis_in_reach(self, operator, value):
        if operator != "in":
            return NotImplemented
        out = Domain("res_model", "=", BILL)
        out &= Domain("create_uid", "!=", self.env.uid)
        out &= Domain("res_id", "in", self._openimis_hidden_bills())
        return Domain.OR(~out if wanted else out for wanted in value)

    @api.model
    def _openimis_hidden_bills(self, ids=None):
        """Return the query of the bills whose files are not the user's to read.

        :param list ids: ids of moves to choose from; all when None
        """
        domain = Domain("openimis_type", "!=", False)
        if ids is not None:
            domain &= Domain("id", "in", ids)
        # in the user's own name, also where a record rule asks in superuser mode
        user_env = self.env(su=False)
        if user_env["openimis.payable.line"].has_access("read"):
            domain &= ~user_env[BILL]._openimis_area_domain()
        # sudo: whether there is such a bill decides who may read its files
        return self.env[BILL].sudo()._search(domain)

    def _get_raw_access_token(self):
        """Give no key to a file with the message that brought it."""
        if self.openimis_in_reach:
            return super()._get_raw_access_token()
        return False

    def _get_thumbnail_token(self):
        """Give no key to the picture of a file either."""
        if self.openimis_in_reach:
            return super()._get_thumbnail_token()
        return False
