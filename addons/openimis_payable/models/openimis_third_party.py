from odoo import api, fields, models


class OpenimisThirdParty(models.AbstractModel):
    """A person or body of openIMIS that can be paid: it has a partner.

    The partner is created with the record unless one is given, so that no
    payable is lost for want of a contact.
    """

    _name = "openimis.third.party"
    _description = "openIMIS Third Party"
    _inherit = ["openimis.record"]
    _rec_names_search = ["code", "name"]
    _order = "code"

    code = fields.Char(required=True, index=True)
    name = fields.Char(required=True)
    partner_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        copy=False,
    )
    phone = fields.Char()
    email = fields.Char()

    _code_uniq = models.UniqueIndex(
        "(company_id, code) WHERE active", "The code must be unique per company."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Create third parties, each with its contact."""
        records = super().create(vals_list)
        records._ensure_partners()
        return records

    def _ensure_partners(self):
        """Give every record of the set a partner; return all partners."""
        missing = self.filtered(lambda record: not record.partner_id)
        # sudo: who may record an officer or payer need not be allowed to manage
        # the address book; only the record's own name and phone go there.
        partners = (
            self.env["res.partner"]
            .sudo()
            .create([record._prepare_partner_vals() for record in missing])
        )
        for record, partner in zip(missing, partners.sudo(False), strict=True):
            record.partner_id = partner
        return self.partner_id

    def _prepare_partner_vals(self):
        return {
            "name": self.name,
            "ref": self.code,
            "openimis_code": self.code,
            "phone": self.phone,
            "email": self.email,
            "company_id": self.company_id.id,
        }

    @api.depends("code", "name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"[{record.code}] {record.name}"
