from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class SofiResidence(models.Model):
    """Settings of customer invoices for residences that bill in Odoo (spec 11)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.residence"  # pylint: disable=consider-merging-classes-inherited

    invoice_customers = fields.Boolean(
        string="Invoice in Odoo",
        help="Archived charges become customer invoices here. Not for residences that "
        "bill the same charges in Primmo.",
    )
    invoice_from = fields.Date(
        string="Invoice from Service Day",
        help="Charges of earlier days are never invoiced here: Primmo has them.",
    )
    invoice_since = fields.Datetime(
        string="Invoicing Since",
        readonly=True,
        copy=False,
        engine=True,
        help="When invoicing in Odoo began. What was exported before went to Primmo.",
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

    @api.onchange("invoice_customers")
    def _onchange_invoice_customers(self):
        """Propose to begin today."""
        if self.invoice_customers and not self.invoice_from:
            self.invoice_from = self._today()

    @api.constrains("invoice_customers", "invoice_from")
    def _check_invoice_from(self):
        for residence in self:
            if residence.invoice_customers and not residence.invoice_from:
                raise ValidationError(
                    self.env._(
                        "%(residence)s: say from which day of service on charges are "
                        "invoiced in Odoo. Those of earlier days are Primmo's.",
                        residence=residence.name,
                    )
                )

    @api.constrains("tax_taxable_ids", "tax_exempt_ids")
    def _check_taxes_not_included(self):
        for residence in self:
            taxes = residence.tax_taxable_ids | residence.tax_exempt_ids
            if included := taxes.flatten_taxes_hierarchy().filtered("price_include"):
                raise ValidationError(
                    self.env._(
                        "SOFI's prices are before tax: %(taxes)s cannot be used, as it "
                        "is included in the price.",
                        taxes=", ".join(included.mapped("name")),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Create residences; invoicing begins now where it is switched on."""
        residences = super().create(vals_list)
        residences.filtered("invoice_customers")._begin_invoicing()
        return residences

    def write(self, vals):
        """Change residences; invoicing begins now where it is switched on."""
        if not vals.get("invoice_customers"):
            return super().write(vals)
        begin = self.filtered(lambda residence: not residence.invoice_customers)
        result = super().write(vals)
        begin._begin_invoicing()
        return result

    def _begin_invoicing(self):
        """Keep that invoicing in Odoo begins now."""
        with self._engine_writes():
            self.invoice_since = fields.Datetime.now()

    def _propose_invoice_from(self):
        """Choose from which day on residences of an earlier version invoice here.

        Without such a day the whole past would be invoiced, though Primmo has billed
        it: it is the first day invoiced here so far, else today. A person is told, and
        may choose another one.
        """
        Charge = self.env["sofi.charge"]
        for residence in self.filtered("invoice_customers"):
            if residence.invoice_from:
                continue
            billed = [
                ("residence_id", "=", residence.id),
                ("billing_move_id", "!=", False),
            ]
            first = Charge.search(billed, order="service_day", limit=1).service_day
            residence.invoice_from = first or residence._today()
            reader = residence.with_context(lang=residence.user_id.lang)
            residence.message_post(
                body=reader.env._(
                    "Charges are invoiced in Odoo from %(day)s on: those of earlier "
                    "days are left to Primmo. Choose another day where that is wrong.",
                    day=fields.Date.to_string(residence.invoice_from),
                ),
                partner_ids=residence.user_id.partner_id.ids,
            )

    def _invoiced_here(self):
        """Return the domain of this residence's charges that Primmo has not billed."""
        self.ensure_one()
        domain = Domain("residence_id", "=", self.id)
        if self.invoice_from:
            domain &= Domain("service_day", ">=", self.invoice_from)
        if self.invoice_since:
            since = Domain("date_start", ">=", self.invoice_since)
            domain &= Domain("export_id", "any!", since)
        return domain

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
