from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.exchange_run.core.money import exact

from ..core import service_code
from ..core.const import ServiceType
from ..core.service_code import ServiceCodeError
from ..core.unit_price import differs, to_cents, unit_price

TYPES = [
    ("sac", "Service à la carte"),
    ("sac_bail", "Service à la carte in the lease"),
    ("bail", "Service in the lease"),
]
CODE_ERRORS = [
    ("format", "Not six digits"),
    ("prefix", "Unknown type (digits 1 to 4)"),
    ("frequency_code", "Unknown frequency (last digit)"),
    ("duration", "Unknown duration"),
    ("zero_frequency", "Frequency of zero"),
    ("weekly_gt_7", "More than seven times a week"),
]
TAX_CLASSES = [
    ("taxable", "Taxable"),
    ("exempt", "Exempt (lease)"),
    ("nursing_exempt", "Exempt: nursing care"),
    ("gov_home_care_exempt", "Exempt: home care paid by the government"),
]


class PrimmoService(models.Model):
    """A service of Primmo: code, monthly price, and what SOFI makes of them."""

    _name = "primmo.service"
    _description = "Primmo Service"
    _inherit = ["primmo.record.mixin"]
    _order = "code"
    _rec_name = "description"

    code = fields.Char(required=True, index=True)
    description = fields.Char(required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.CAD")
    )
    monthly_price = fields.Monetary(
        help="Price for a month, whatever the number of occurrences, before tax."
    )
    service_type = fields.Selection(TYPES, compute="_compute_code", store=True)
    frq = fields.Integer(
        string="Times a Day",
        compute="_compute_code",
        store=True,
        help="Fréquence quotidienne (FrQ).",
    )
    frh = fields.Integer(
        string="Times a Week",
        compute="_compute_code",
        store=True,
        help="Fréquence hebdomadaire (FrH).",
    )
    duration = fields.Integer(string="Minutes", compute="_compute_code", store=True)
    occurrence = fields.Char(
        string="How Often",
        compute="_compute_occurrence",
        help="What the last two digits of the code say.",
    )
    code_error = fields.Selection(CODE_ERRORS, compute="_compute_code", store=True)
    unit_price = fields.Float(
        compute="_compute_unit_price",
        digits=(16, 6),
        help="SAC: price / FrQ. Others: price / (FrQ × FrH × 4).",
    )
    unit_price_rounded = fields.Monetary(
        string="Unit Price (rounded)", compute="_compute_unit_price"
    )
    sofi_unit_price = fields.Monetary(
        string="Unit Price in SOFI", compute="_compute_sofi_unit_price"
    )
    in_sofi = fields.Boolean(compute="_compute_sofi_unit_price")
    price_differs = fields.Boolean(compute="_compute_sofi_unit_price")
    home_support = fields.Selection(
        [("eligible", "Counts"), ("not_eligible", "Does Not Count")],
        string="Tax Credit for Seniors",
        help="Whether the service, where it is paid beside the rent, counts for "
        "Quebec's tax credit for home-support services for seniors: personal care, "
        "nursing, meals without the food, housekeeping, care of clothing, supervision "
        "and the like do; hairdressers, other members of professional orders, goods "
        "and transport do not. Revenu Québec's rules decide. Empty: not decided yet.",
    )
    tax_class = fields.Selection(
        TAX_CLASSES,
        compute="_compute_tax_class",
        store=True,
        readonly=False,
        help="To be confirmed by the residence's tax adviser.",
    )
    product_id = fields.Many2one("product.product", check_company=True)

    _code_uniq = models.Constraint(
        "UNIQUE(residence_id, code)", "This service code exists already."
    )

    def _parsed(self):
        """Return the parsed code, None when it is not synchronized."""
        try:
            return service_code.parse(self.code or "")
        except ServiceCodeError:
            return None

    @api.depends("code")
    def _compute_code(self):
        for service in self:
            parsed, error = None, False
            try:
                parsed = service_code.parse(service.code or "")
            except ServiceCodeError as refused:
                error = refused.code
            service.code_error = error
            service.service_type = parsed and str(parsed.type)
            service.frq = parsed and parsed.frq
            service.frh = parsed and parsed.frh
            service.duration = parsed and parsed.duration

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_occurrence(self):
        for service in self:
            parsed = service._parsed()
            service.occurrence = parsed and service._occurrence_text(parsed)

    def _occurrence_text(self, parsed):
        """Return how often a service is given, as people say it (spec 5.1)."""
        if parsed.type == ServiceType.BAIL:
            return self.env._("in the lease")
        if parsed.duration:
            return self.env._("every %s minutes", parsed.duration)
        if not parsed.frq:
            return self.env._("each time")
        if not parsed.frh:
            return self.env._("on a fixed date")
        if parsed.text.endswith("5"):
            return self.env._("%s times a week", parsed.frh)
        return self.env._("%s times a day", parsed.frq)

    @api.depends("code", "monthly_price")
    def _compute_unit_price(self):
        for service in self:
            price, parsed = Decimal(0), service._parsed()
            if parsed:
                price = unit_price(parsed, str(service.monthly_price))
            service.unit_price = price
            service.unit_price_rounded = to_cents(price)

    @api.depends("code", "monthly_price")
    def _compute_sofi_unit_price(self):
        found = self.env["sofi.service"].search(
            [
                ("residence_id", "in", self.residence_id.ids),
                ("code", "in", self.mapped("code")),
            ]
        )
        prices = {(s.residence_id, s.code): s.unit_price for s in found}
        for service in self:
            price = prices.get((service.residence_id, service.code))
            service.in_sofi = price is not None
            service.sofi_unit_price = price or 0
            service.price_differs = (
                service.in_sofi
                and not service.code_error
                and differs(exact(price), service.code, str(service.monthly_price))
            )

    @api.depends("service_type")
    def _compute_tax_class(self):
        for service in self:
            lease = service.service_type in ("sac_bail", "bail")
            service.tax_class = "exempt" if lease else "taxable"
