from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OpenimisBillDocument(models.Model):
    """Document of a bill: a file kept here, or the address of one elsewhere."""

    _name = "openimis.bill.document"
    _description = "openIMIS Bill Document"
    _inherit = ["exchange.engine.mixin"]
    _check_company_auto = True
    _order = "id"

    name = fields.Char(required=True)
    move_id = fields.Many2one(
        "account.move",
        "Bill",
        required=True,
        index=True,
        ondelete="cascade",
        engine="write",
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, engine=True)
    type = fields.Selection(
        [("invoice", "Invoice"), ("receipt", "Receipt"), ("other", "Other")],
        required=True,
        default="other",
    )
    path_type = fields.Selection(
        [
            ("local", "Local File"),
            ("hyperlink", "Hyperlink"),
            ("external", "External Storage"),
        ],
        required=True,
        default="local",
    )
    file = fields.Binary(attachment=True)
    path = fields.Char(help="Address, or the key within the external storage.")
    storage = fields.Char(help="Name of the external storage (S3, NFS, …).")

    @api.constrains("path_type", "file", "path")
    def _check_place(self):
        for document in self:
            local = document.path_type == "local"
            if local and not document.file or not local and not document.path:
                raise ValidationError(
                    self.env._(
                        "Document «%(name)s»: give the file, or the address where "
                        "it is kept.",
                        name=document.name,
                    )
                )
            if document.path_type == "hyperlink" and not (
                document.path.startswith(("https://", "http://"))
            ):
                raise ValidationError(
                    self.env._(
                        "Document «%(name)s»: the hyperlink «%(path)s» must start "
                        "with https:// or http://.",
                        name=document.name,
                        path=document.path,
                    )
                )
