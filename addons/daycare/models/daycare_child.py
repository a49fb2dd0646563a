from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .const import GENDERS


class DaycareChild(models.Model):
    """The file of a child («dossier enfant»). A child is never a customer."""

    _name = "daycare.child"
    _description = "Child"
    _inherit = [
        "daycare.dossier.mixin",
        "exchange.journal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "lastname, firstname, id"
    _check_company_auto = True
    _rec_names_search = ["name", "kibe_id"]

    name = fields.Char(compute="_compute_name", store=True)
    active = fields.Boolean(default=True)
    lastname = fields.Char(string="Last Name", required=True, tracking=True)
    firstname = fields.Char(
        string="First Name",
        tracking=True,
        help="Only an unborn child may be without one.",
    )
    gender = fields.Selection(GENDERS, tracking=True)
    birthdate = fields.Date(string="Birth Date", tracking=True)
    age = fields.Char(compute="_compute_age")
    image_128 = fields.Image("Photo", max_width=256, max_height=256)
    language_id = fields.Many2one(
        "daycare.language",
        string="Mother Tongue",
        ondelete="restrict",
        tracking=True,
    )
    registration_date = fields.Date(
        tracking=True, help="«Date inscription»; may precede the birth."
    )
    authority_id = fields.Many2one(
        "daycare.parental.authority",
        string="Parental Authority",
        ondelete="restrict",
        tracking=True,
        default=lambda self: self.env[
            "daycare.parental.authority"
        ]._default_authority(),
    )
    status_id = fields.Many2one(
        "daycare.child.status",
        ondelete="restrict",
        index=True,
        tracking=True,
        group_expand="_group_expand_status",
        default=lambda self: self.env["daycare.child.status"]._default_status(),
    )
    status_kind = fields.Selection(related="status_id.kind", string="Stage")
    departure_date = fields.Date(tracking=True)
    departure_reason = fields.Char(tracking=True)
    street = fields.Char(tracking=True)
    street2 = fields.Char(string="Street 2", tracking=True)
    zip = fields.Char(string="Postcode", tracking=True)
    city = fields.Char(tracking=True)
    country_id = fields.Many2one("res.country")
    guardian_link_ids = fields.One2many(
        "daycare.child.guardian", "child_id", string="Guardians"
    )
    main_guardian_id = fields.Many2one(
        "daycare.guardian",
        string="Main Parent",
        compute="_compute_main_guardian_id",
        search="_search_main_guardian_id",
    )
    sector_ids = fields.One2many("daycare.sector", "child_id", string="Placements")
    absence_ids = fields.One2many("daycare.absence", "child_id", string="Absences")
    extra_day_ids = fields.One2many(
        "daycare.extra.day", "child_id", string="Extra Days"
    )
    current_group_ids = fields.Many2many(
        "daycare.group",
        string="Current Groups",
        compute="_compute_current_group_ids",
        search="_search_current_group_ids",
    )
    placed_after_departure = fields.Boolean(compute="_compute_placed_after_departure")
    billing_data_ids = fields.One2many(
        "daycare.billing.data",
        "child_id",
        groups="daycare.group_daycare_office",
    )
    health_note = fields.Text(
        string="Health and Diet", help="Allergies, diet, medicine, doctor."
    )
    pickup_note = fields.Text(
        string="Authorised to Pick Up", help="Who else may fetch the child."
    )
    note = fields.Html(string="Notes")

    _kibe_id_uniq = models.UniqueIndex(
        "(company_id, kibe_id) WHERE kibe_id IS NOT NULL",
        "Another child of the company already has this Kibé ID.",
    )

    @api.depends("lastname", "firstname")
    def _compute_name(self):
        for child in self:
            names = (child.firstname, child.lastname)
            child.name = " ".join(name for name in names if name)

    @api.depends("name", "firstname", "gender")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for child in self:
            unnamed = child.gender == "unborn" and not child.firstname
            child.display_name = (
                self.env._("%(name)s (unborn)", name=child.name)
                if unnamed
                else child.name
            )

    @api.constrains("firstname", "gender")
    def _check_firstname(self):
        for child in self:
            if not child.firstname and child.gender != "unborn":
                raise ValidationError(
                    self.env._(
                        "%(child)s: enter the first name. Only an unborn child may be "
                        "without one.",
                        child=child.lastname,
                    )
                )

    @api.depends("birthdate")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for child in self:
            child.age = child._age_label(today)

    def _age_label(self, today):
        if not self.birthdate or self.birthdate > today:
            return False
        age = relativedelta(today, self.birthdate)
        if age.years >= 3:
            return self.env._("%(years)s years", years=age.years)
        months = age.years * 12 + age.months
        if months == 1:
            return self.env._("%(months)s month", months=months)
        return self.env._("%(months)s months", months=months)

    def _main_payer(self):
        """Return the guardian who pays as long as no page of billing data says it."""
        main = self.guardian_link_ids.filtered("is_main")
        return main.filtered(lambda link: link.role != "third_party").guardian_id

    @api.depends("guardian_link_ids.is_main", "guardian_link_ids.guardian_id")
    def _compute_main_guardian_id(self):
        for child in self:
            child.main_guardian_id = child.guardian_link_ids.filtered("is_main")[
                :1
            ].guardian_id

    @api.model
    def _search_main_guardian_id(self, operator, value):
        return [
            (
                "guardian_link_ids",
                "any",
                [("is_main", "=", True), ("guardian_id", operator, value)],
            )
        ]

    @api.depends("sector_ids.date_from", "sector_ids.date_to", "sector_ids.group_id")
    def _compute_current_group_ids(self):
        today = fields.Date.context_today(self)
        for child in self:
            child.current_group_ids = child.sector_ids.filtered(
                lambda sector: sector.date_from <= today <= sector.date_to
            ).group_id

    @api.model
    def _search_current_group_ids(self, operator, value):
        today = fields.Date.context_today(self)
        return [
            (
                "sector_ids",
                "any",
                [
                    ("date_from", "<=", today),
                    ("date_to", ">=", today),
                    ("group_id", operator, value),
                ],
            )
        ]

    @api.depends("departure_date", "sector_ids.date_to")
    def _compute_placed_after_departure(self):
        for child in self:
            departure = child.departure_date
            child.placed_after_departure = bool(departure) and any(
                end and end > departure for end in child.sector_ids.mapped("date_to")
            )

    def _pages(self):
        return [self.guardian_link_ids, self.sector_ids, self.billing_data_ids]

    def action_end_placements(self):
        """End the placements on the day of departure; drop those that begin later."""
        for child in self.filtered("departure_date"):
            late = child.sector_ids.filtered(
                lambda sector, day=child.departure_date: sector.date_to > day
            )
            future = late.filtered(
                lambda sector, day=child.departure_date: sector.date_from > day
            )
            future.unlink()
            (late - future).date_to = child.departure_date

    @api.model
    def _group_expand_status(self, statuses, domain):
        return statuses.search_fetch([], ["label"])

    def _sheet_sectors(self):
        """Return the placements the printed sheet shows: in force and to come."""
        today = fields.Date.context_today(self)
        return self.sector_ids.filtered(lambda s: s.date_to >= today).sorted(
            "date_from"
        )

    @api.model
    def _sheet_weekdays(self):
        """Return the columns of the printed week, as (key, label) from Monday on.

        Saturday and Sunday come only when a child is booked on them.
        """
        weekdays = self.env["daycare.sector.line"]._fields["weekday"]
        labels = weekdays._description_selection(self.env)
        weekend = any(line.day > 5 for line in self.sector_ids.line_ids)
        return labels if weekend else labels[:5]
