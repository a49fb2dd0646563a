from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

from odoo.addons.daycare.core.notes import with_local_note
from odoo.addons.exchange_run.core.money import share_of

from ..core.money import exact
from ..core.tariff import AgeSurcharge, Tariff


class DaycareTariff(models.Model):
    """One version of a price list: the price of a day and what becomes of it."""

    _name = "daycare.tariff"
    _description = "Daycare Tariff"
    _inherit = ["exchange.engine.mixin", "mail.thread"]
    _order = "date_from DESC, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(string="Valid From", required=True, tracking=True)
    date_to = fields.Date(string="Valid To", tracking=True)
    department_ids = fields.Many2many(
        "daycare.department",
        string="Departments",
        check_company=True,
        help="Departments the tariff is for. Empty: all without a tariff of their own.",
    )
    kind = fields.Selection(
        [("bracket", "Brackets"), ("linear", "Linear")],
        required=True,
        default="bracket",
        tracking=True,
        help="Brackets: a day price per level of income («barème par paliers»).\n"
        "Linear: the day price rises evenly from the minimum to the maximum.",
    )
    bracket_ids = fields.One2many("daycare.tariff.bracket", "tariff_id", copy=True)
    minimum = fields.Monetary(string="Minimum per Day", tracking=True)
    maximum = fields.Monetary(string="Maximum per Day", tracking=True)
    ceiling = fields.Monetary(
        string="Ceiling after Deduction",
        default=100000,
        help="The price is the minimum + (yearly income − deduction) ÷ ceiling × "
        "(maximum − minimum). So the maximum is due from the ceiling plus the "
        "deduction on.",
    )
    maximum_from = fields.Monetary(
        string="Maximum Due From",
        compute="_compute_maximum_from",
        help="Yearly income from which the maximum is due: ceiling plus deduction.",
    )
    deduction = fields.Monetary(
        string="Yearly Deduction", help="Taken off the yearly income first."
    )
    weight_first = fields.Float(
        string="First Income (%)", default=100, digits=(5, 2), help="Part that counts."
    )
    weight_second = fields.Float(
        string="Second Income (%)", default=100, digits=(5, 2), help="Part that counts."
    )
    income_order = fields.Selection(
        [("amount", "The Higher One"), ("role", "The Main Parent's")],
        string="First Income Is",
        required=True,
        default="amount",
    )
    missing_income = fields.Selection(
        [("maximum", "Maximum Price, to Be Reviewed"), ("block", "No Invoice")],
        string="Without Income",
        required=True,
        default="maximum",
        help="What happens when no income page is in force. A confidential income "
        "always pays the maximum.",
    )
    rounding = fields.Float(
        string="Price Rounding",
        default=0.05,
        digits=(6, 2),
        required=True,
        help="Day prices are rounded half up to a multiple of this.",
    )
    month_method = fields.Selection(
        [("actual", "Days of the Month"), ("flat", "Flat Weeks")],
        required=True,
        default="actual",
        help="Days: each reserved day of the month.\n"
        "Flat: the reserved week times a fixed number of weeks («forfait»).",
    )
    weeks = fields.Float(string="Weeks a Month", default=4, digits=(6, 4))
    months_billed = fields.Float(
        string="Months a Year",
        default=12,
        digits=(4, 2),
        help="Twelfths of a year that are due; 11.5 takes two weeks of holidays out "
        "of the price.",
    )
    closure_policy = fields.Selection(
        [
            ("billed", "Billed as Other Days"),
            ("not_billed", "Not Billed"),
            ("in_factor", "Contained in the Number of Weeks"),
        ],
        string="Closed Days",
        required=True,
        default="billed",
    )
    age_ids = fields.One2many("daycare.tariff.age", "tariff_id", copy=True)
    sibling_mode = fields.Selection(
        [
            ("none", "No Rebate"),
            ("each", "For Each Child"),
            ("from_second", "From the Second Child"),
        ],
        string="Siblings",
        required=True,
        default="none",
        help="Siblings have the same main parent or the same couple; a common debtor "
        "does not count. The first child is the one that costs most.",
    )
    sibling_ids = fields.One2many("daycare.tariff.sibling", "tariff_id", copy=True)
    reference_hours = fields.Float(
        string="Hours of a Full Day",
        default=10,
        digits=(4, 2),
        help="For departments that book by the hour.",
    )
    minimum_share = fields.Float(
        string="Least Part of a Day (%)",
        digits=(5, 2),
        help="For departments that book by the hour.",
    )
    extra_surcharge = fields.Float(
        string="Surcharge on Extra Days (%)",
        digits=(5, 2),
        help="Extra days («dépannage») are billed by the day, whatever the method of "
        "the month: at the price of a day and this much more.",
    )
    note = fields.Html(string="Source and Notes")
    is_billed = fields.Boolean(
        compute="_compute_is_billed", help="Months were calculated with this tariff."
    )

    _dates_valid = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "A tariff ends after it begins.",
    )
    _values_positive = models.Constraint(
        "CHECK(minimum >= 0 AND maximum >= minimum AND deduction >= 0 AND rounding > 0"
        " AND weeks > 0 AND months_billed > 0 AND months_billed <= 12"
        " AND reference_hours > 0 AND minimum_share BETWEEN 0 AND 100"
        " AND weight_first BETWEEN 0 AND 100 AND weight_second BETWEEN 0 AND 100"
        " AND extra_surcharge >= -100)",
        "Prices, weeks, months, hours and parts of a tariff must be in their range, "
        "and the maximum not below the minimum.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Create tariffs; their notes fetch nothing from elsewhere."""
        return super().create([with_local_note(vals) for vals in vals_list])

    def write(self, vals):
        """Write tariffs; their notes fetch nothing from elsewhere."""
        return super().write(with_local_note(vals))

    @api.depends("ceiling", "deduction")
    def _compute_maximum_from(self):
        for tariff in self:
            tariff.maximum_from = tariff.ceiling + tariff.deduction

    def _compute_is_billed(self):
        # sudo: who keeps tariffs may know that they count, and not for whom
        found = (
            self.env["daycare.billing.line"]
            .sudo()
            ._read_group([("tariff_id", "in", self.ids)], ["tariff_id"])
        )
        billed = {tariff.id for (tariff,) in found}
        for tariff in self:
            tariff.is_billed = tariff._origin.id in billed

    @api.constrains("kind", "bracket_ids", "ceiling")
    def _check_prices(self):
        for tariff in self:
            if tariff.kind == "bracket" and not tariff.bracket_ids:
                raise ValidationError(
                    self.env._("%(tariff)s: enter its brackets.", tariff=tariff.name)
                )
            if tariff.kind == "linear" and tariff.ceiling <= 0:
                raise ValidationError(
                    self.env._(
                        "%(tariff)s: enter the ceiling of a linear tariff.",
                        tariff=tariff.name,
                    )
                )

    @api.constrains("date_from", "date_to", "department_ids", "company_id", "active")
    def _check_overlap(self):
        for tariff in self.filtered("active"):
            rivals = self.search(
                Domain("id", "!=", tariff.id)
                & Domain("company_id", "=", tariff.company_id.id)
                & tariff._same_dates_domain()
            )
            for rival in rivals:
                if tariff._same_scope(rival):
                    raise ValidationError(
                        self.env._(
                            "%(tariff)s and %(rival)s are valid on the same days for "
                            "the same departments. End one before the other begins.",
                            tariff=tariff.name,
                            rival=rival.name,
                        )
                    )

    def _same_dates_domain(self):
        domain = Domain("date_to", "=", False) | Domain("date_to", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("date_from", "<=", self.date_to)
        return domain

    def _same_scope(self, other):
        if not self.department_ids and not other.department_ids:
            return True
        return bool(self.department_ids & other.department_ids)

    @api.model
    def _in_force(self, company, day):
        """Return the tariff of each group on a day: the department's, else the general.

        :param company: `res.company`
        :param date day: first of the month
        :return: dict `daycare.group` id -> `daycare.tariff`; groups without are absent
        """
        tariffs = self.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ]
        )
        general = tariffs.filtered(lambda t: not t.department_ids)[:1]
        own = {d.id: t for t in tariffs for d in t.department_ids}
        groups = self.env["daycare.group"].with_context(active_test=False)
        found = {
            group.id: own.get(group.department_id.id, general)
            for group in groups.search([("company_id", "=", company.id)])
        }
        return {group_id: tariff for group_id, tariff in found.items() if tariff}

    def _rules(self):
        """Return the rules as plain values.

        :return: `core.tariff.Tariff`
        """
        self.ensure_one()
        return Tariff(
            kind=self.kind,
            brackets=tuple(
                (exact(b.income_from), exact(b.price)) for b in self.bracket_ids
            ),
            minimum=exact(self.minimum),
            maximum=exact(self.maximum),
            ceiling=exact(self.ceiling),
            deduction=exact(self.deduction),
            weights=(
                share_of(exact(self.weight_first)),
                share_of(exact(self.weight_second)),
            ),
            by_amount=self.income_order == "amount",
            rounding=exact(self.rounding),
            month_method=self.month_method,
            weeks=exact(self.weeks, 4),
            months_billed=exact(self.months_billed),
            closures=self.closure_policy,
            ages=tuple(AgeSurcharge(a.months, exact(a.percent)) for a in self.age_ids),
            sibling_mode=self.sibling_mode,
            siblings=tuple((s.rank, exact(s.percent)) for s in self.sibling_ids),
            reference_hours=exact(self.reference_hours),
            minimum_share=share_of(exact(self.minimum_share)),
            block_missing=self.missing_income == "block",
            extra_surcharge=exact(self.extra_surcharge),
        )

    def action_new_version(self):
        """End this version with its month and copy it into one that begins then.

        :return: a window action on the new version
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        begin = fields.Date.add(max(today, self.date_from), months=1).replace(day=1)
        if self.date_to and self.date_to < begin:
            begin = fields.Date.add(self.date_to, days=1)
        else:
            self.date_to = fields.Date.subtract(begin, days=1)
        version = self.copy({"date_from": begin, "date_to": False, "name": self.name})
        return version.get_formview_action()

    def action_simulate(self):
        """Open the simulator with this tariff.

        :return: a window action
        """
        self.ensure_one()
        simulator = self.env["daycare.tariff.simulator"].create(
            {"tariff_id": self.id, "child_ids": [Command.create({})]}
        )
        return simulator._open()
