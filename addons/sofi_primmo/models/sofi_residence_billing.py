from odoo import api, fields, models


class SofiResidence(models.Model):
    """Settings of customer invoices for residences that bill in Odoo (spec 11)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.residence"  # pylint: disable=consider-merging-classes-inherited

    invoice_customers = fields.Boolean(
        string="Invoice in Odoo",
        help="Archived charges become customer invoices here. Not for residences that "
        "bill the same charges in Primmo.",
    )
    tax_taxable_ids = fields.Many2many(
        "account.tax",
        "sofi_residence_tax_taxable_rel",
        string="Taxes: Taxable",
        compute="_compute_taxes",
        store=True,
        readonly=False,
        check_company=True,
        domain=[("type_tax_use", "=", "sale")],
        help="TPS and TVQ. To be confirmed by the residence's tax adviser.",
    )
    tax_exempt_ids = fields.Many2many(
        "account.tax",
        "sofi_residence_tax_exempt_rel",
        string="Taxes: Exempt",
        compute="_compute_taxes",
        store=True,
        readonly=False,
        check_company=True,
        domain=[("type_tax_use", "=", "sale")],
    )
    income_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        domain=[("account_type", "in", ("income", "income_other"))],
        help="For services whose product has none. Empty: the journal's.",
    )

    @api.depends("company_id", "invoice_customers")
    def _compute_taxes(self):
        """Fill in the taxes of the Canadian chart; what was chosen stays."""
        for residence in self:
            residence.tax_taxable_ids = residence._own_taxes(
                "tax_taxable_ids"
            ) or residence._chart_tax("gstqst_sale_tax_14975")
            residence.tax_exempt_ids = residence._own_taxes(
                "tax_exempt_ids"
            ) or residence._chart_tax("exempt_sale_tax_0")

    def _own_taxes(self, name):
        """Return the taxes chosen before, those of another company apart."""
        return self[name].filtered(lambda tax: tax.company_id == self.company_id)

    def _chart_tax(self, name):
        """Return a tax of the Canadian chart, if the company has it."""
        xmlid = f"account.{self.company_id.id}_{name}"
        found = self.env.ref(xmlid, raise_if_not_found=False)
        return found or self.env["account.tax"]
