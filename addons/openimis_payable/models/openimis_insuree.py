from odoo import api, fields, models


class OpenimisInsuree(models.Model):
    """An insured person, as far as indicators and cash payments need one."""

    _name = "openimis.insuree"
    _description = "openIMIS Insuree"
    _inherit = ["openimis.record", "exchange.journal.mixin"]
    _rec_names_search = ["chf_id", "last_name", "other_names"]
    _order = "chf_id"

    chf_id = fields.Char("Insurance Number", required=True, index=True)
    last_name = fields.Char(required=True)
    other_names = fields.Char()
    birth_date = fields.Date()
    gender = fields.Selection([("M", "Male"), ("F", "Female"), ("O", "Other")])
    phone = fields.Char()
    family_id = fields.Many2one(
        "openimis.family", index="btree_not_null", check_company=True
    )
    is_head = fields.Boolean("Head of Family")
    location_id = fields.Many2one(
        related="family_id.location_id", store=True, engine=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Created when the insuree is first paid in cash.",
    )

    @api.depends("chf_id", "last_name", "other_names")
    def _compute_display_name(self):
        for insuree in self:
            name = " ".join(filter(None, (insuree.other_names, insuree.last_name)))
            insuree.display_name = f"[{insuree.chf_id}] {name}"

    def _ensure_partners(self):
        """Give every insuree of the set a partner; return all partners."""
        missing = self.filtered(lambda insuree: not insuree.partner_id)
        # sudo: the clerk who closes accounts may pay an insuree without being
        # allowed to manage the address book.
        partners = (
            self.env["res.partner"]
            .sudo()
            .create([insuree._prepare_partner_vals() for insuree in missing])
        )
        for insuree, partner in zip(missing.sudo(), partners, strict=True):
            insuree.partner_id = partner
        return self.partner_id

    def _prepare_partner_vals(self):
        return {
            "name": " ".join(filter(None, (self.other_names, self.last_name))),
            "ref": self.chf_id,
            "openimis_code": self.chf_id,
            "phone": self.phone,
            "company_id": self.company_id.id,
        }
