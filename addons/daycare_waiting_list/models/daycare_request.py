from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.daycare.models.const import GENDERS, ROLES

STATES = [
    ("waiting", "Waiting"),
    ("offered", "Place Offered"),
    ("expired", "Offer Expired"),
    ("admitted", "Admitted"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]
#: Whoever is in one of these still wants a place.
OPEN = ("waiting", "offered", "expired")
PRIORITIES = [("0", "Normal"), ("1", "High"), ("2", "Urgent")]
#: «Without end» of a placement (kibe 1.6).
NO_END = "9999-12-31"
#: What the file of a child says, and nobody types again.
OF_CHILD = ("lastname", "firstname", "gender", "birthdate")
#: What the file of a guardian says: field of the request → field of the file.
OF_GUARDIAN = {
    "contact_lastname": "lastname",
    "contact_firstname": "firstname",
    "contact_role": "role",
    "phone": "phone",
    "email": "email",
    "street": "street",
    "zip": "zip",
    "city": "city",
    "country_id": "country_id",
}


class DaycareRequest(models.Model):
    """A family asks for a place; its files are opened when the child is admitted."""

    _name = "daycare.request"
    _description = "Request for a Place"
    _inherit = [
        "exchange.engine.mixin",
        "exchange.journal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "priority DESC, request_date, id"
    _check_company_auto = True
    _rec_names_search = ["lastname", "firstname", "contact_lastname"]

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="waiting",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
        engine=True,
    )
    priority = fields.Selection(PRIORITIES, default="0", tracking=True)
    request_date = fields.Date(
        string="Requested On", required=True, default=fields.Date.context_today
    )
    child_id = fields.Many2one(
        "daycare.child",
        ondelete="restrict",
        index=True,
        check_company=True,
        tracking=True,
        help="The child's file, if it has one already: its names come from there.",
    )
    lastname = fields.Char(
        string="Last Name",
        required=True,
        compute="_compute_of_child",
        store=True,
        readonly=False,
        precompute=True,
    )
    firstname = fields.Char(
        string="First Name",
        compute="_compute_of_child",
        store=True,
        readonly=False,
        precompute=True,
        help="May be empty for an unborn child.",
    )
    gender = fields.Selection(
        GENDERS,
        compute="_compute_of_child",
        store=True,
        readonly=False,
        precompute=True,
    )
    birthdate = fields.Date(
        string="Birth Date",
        compute="_compute_of_child",
        store=True,
        readonly=False,
        precompute=True,
        help="Of an unborn child, the day on which it is expected.",
    )
    age_at_start = fields.Char(string="Age Then", compute="_compute_age_at_start")
    guardian_id = fields.Many2one(
        "daycare.guardian",
        ondelete="restrict",
        index=True,
        check_company=True,
        domain="[('role', '!=', 'third_party')]",
        tracking=True,
        help="The file of the parent who asks, if there is one: address and siblings "
        "come from there.",
    )
    contact_lastname = fields.Char(
        string="Parent's Last Name",
        compute="_compute_of_guardian",
        store=True,
        readonly=False,
    )
    contact_firstname = fields.Char(
        string="Parent's First Name",
        compute="_compute_of_guardian",
        store=True,
        readonly=False,
    )
    contact_role = fields.Selection(
        ROLES,
        string="Role",
        compute="_compute_of_guardian",
        store=True,
        readonly=False,
    )
    contact_name = fields.Char(string="Parent", compute="_compute_contact_name")
    phone = fields.Char(compute="_compute_of_guardian", store=True, readonly=False)
    email = fields.Char(
        string="E-mail", compute="_compute_of_guardian", store=True, readonly=False
    )
    street = fields.Char(compute="_compute_of_guardian", store=True, readonly=False)
    zip = fields.Char(
        string="Postcode", compute="_compute_of_guardian", store=True, readonly=False
    )
    city = fields.Char(
        string="Town", compute="_compute_of_guardian", store=True, readonly=False
    )
    country_id = fields.Many2one(
        "res.country", compute="_compute_of_guardian", store=True, readonly=False
    )
    commune = fields.Char(
        compute="_compute_commune",
        store=True,
        readonly=False,
        help="Commune of residence, where places are given by it; at first the town.",
    )
    sibling_ids = fields.Many2many(
        "daycare.child",
        relation="daycare_request_sibling_rel",
        column1="request_id",
        column2="child_id",
        string="Siblings in the Centre",
        compute="_compute_sibling_ids",
        store=True,
        readonly=False,
        check_company=True,
    )
    date_from = fields.Date(string="Wished From", required=True, tracking=True)
    date_to = fields.Date(
        string="Wished Until", help="Last day; empty: without end.", tracking=True
    )
    group_id = fields.Many2one(
        "daycare.group",
        string="Wished Group",
        compute="_compute_group_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        index=True,
        check_company=True,
        tracking=True,
        help="At first the group for the child's age on the day it begins.",
    )
    line_ids = fields.One2many(
        "daycare.request.line", "request_id", string="Wished Days", copy=True
    )
    week_label = fields.Char(string="Days", compute="_compute_week_label")
    note = fields.Text(string="Notes")
    free_from = fields.Date(
        compute="_compute_free_from",
        help="First month from which on all wished days are free, and stay so as far "
        "as the forecast reaches.",
    )
    offer_from = fields.Date(
        string="Offered From", readonly=True, copy=False, engine=True, tracking=True
    )
    offer_until = fields.Date(
        string="Answer By", readonly=True, copy=False, engine=True, tracking=True
    )
    reason = fields.Char(
        copy=False,
        tracking=True,
        help="Why a request was refused or withdrawn.",
    )
    sector_id = fields.Many2one(
        "daycare.sector",
        string="Placement",
        readonly=True,
        copy=False,
        ondelete="set null",
        engine=True,
    )

    _dates_valid = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "A placement ends after it begins.",
    )

    @api.depends("child_id")
    def _compute_of_child(self):
        for request in self:
            for name in OF_CHILD:
                request[name] = request.child_id[name] or request[name]

    @api.depends("guardian_id")
    def _compute_of_guardian(self):
        for request in self:
            for name, source in OF_GUARDIAN.items():
                request[name] = request.guardian_id[source] or request[name]

    @api.depends("contact_firstname", "contact_lastname")
    def _compute_contact_name(self):
        for request in self:
            names = (request.contact_firstname, request.contact_lastname)
            request.contact_name = " ".join(name for name in names if name)

    @api.depends("city")
    def _compute_commune(self):
        for request in self:
            request.commune = request.commune or request.city

    @api.depends("guardian_id", "child_id")
    def _compute_sibling_ids(self):
        for request in self:
            found = request.guardian_id.child_ids - request.child_id
            request.sibling_ids = found or request.sibling_ids

    @api.depends("birthdate", "date_from", "company_id")
    def _compute_group_id(self):
        for request in self:
            groups = self.env["daycare.group"].search(
                [("company_id", "=", request.company_id.id)]
            )
            fitting = groups._for_age(request.birthdate, request.date_from)
            request.group_id = fitting or request.group_id

    @api.depends("birthdate", "date_from")
    def _compute_age_at_start(self):
        child = self.env["daycare.child"]
        for request in self:
            born = child.new({"birthdate": request.birthdate})
            day = request.date_from
            request.age_at_start = day and born._age_label(day)

    @api.depends("line_ids.weekday", "line_ids.presence")
    @api.depends_context("lang")
    def _compute_week_label(self):
        days = self._weekdays()
        for request in self:
            request.week_label = ", ".join(
                f"{days[line.weekday][:2]} {line.presence or ''}".strip()
                for line in request._sorted_lines()
            )

    @api.depends("lastname", "firstname", "gender")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for request in self:
            names = (request.firstname, request.lastname)
            name = " ".join(part for part in names if part)
            request.display_name = (
                name
                if request.firstname
                else self.env._("%(name)s (unborn)", name=name)
            )

    @api.depends(
        "group_id",
        "date_from",
        "date_to",
        "birthdate",
        "state",
        "line_ids.weekday",
        "line_ids.slot_ids",
        "line_ids.hour_from",
        "line_ids.hour_to",
    )
    def _compute_free_from(self):
        wanting = self.filtered(
            lambda r: r.state in OPEN and r.group_id and r.date_from and r.line_ids
        )
        (self - wanting).free_from = False
        forecast = self.env["daycare.forecast"]
        for company, requests in wanting.grouped("company_id").items():
            outlook = forecast._outlook(company)
            for request in requests:
                request.free_from = outlook.free_from(request)

    @api.onchange("zip")
    def _onchange_zip(self):
        """Fill town and country from a Swiss postcode (kibe 1.9)."""
        if self.zip and self.zip != self._origin.zip:
            self.update(self.env["daycare.locality"]._address_vals(self.zip))

    @api.model
    def _weekdays(self):
        field = self.env["daycare.request.line"]._fields["weekday"]
        return dict(field._description_selection(self.env))

    def _sorted_lines(self):
        return self.line_ids.sorted(lambda line: (line.day, line.hour_from))

    def _days_label(self):
        """Return the days as a letter names them.

        :rtype: str
        """
        days = self._weekdays()
        return ", ".join(
            dict.fromkeys(days[line.weekday] for line in self._sorted_lines())
        )

    def _mail_language(self):
        """Return in which language the family is written to, as its file would say."""
        self.ensure_one()
        guardians = self.env["daycare.guardian"]
        return self.guardian_id.lang or guardians._correspondence_language(
            self.company_id.id
        )

    # === WHAT BECOMES OF IT ===

    def _check_state(self, allowed):
        """Refuse a step that another state, or another person, has overtaken.

        :param tuple allowed: states the step begins with
        :raises UserError: a request is in another one
        """
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for request in self.filtered(lambda r: r.state not in allowed):
            raise UserError(
                self.env._(
                    "%(request)s is “%(state)s” already: reload the page.",
                    request=request.display_name,
                    state=labels[request.state],
                )
            )

    def _move_to(self, state, allowed, **vals):
        """Bring requests into a state.

        :param tuple allowed: states they may come from
        :param vals: further fields, the program's own among them
        :raises UserError: a request is in another state
        """
        self._check_state(allowed)
        with self._engine_writes():
            self.write({"state": state, **vals})

    def action_offer(self):
        """Ask from which day on the place is offered, and until when it is kept.

        :return: a window action
        """
        self.ensure_one()
        self._check_state(OPEN)
        self._check_complete()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "daycare_waiting_list.daycare_request_offer_action"
        )
        return {**action, "context": {"default_request_id": self.id}}

    def _offer(self, date_from, until):
        """Offer the place and keep it until a day, included."""
        self._check_complete()
        self._move_to("offered", OPEN, offer_from=date_from, offer_until=until)

    def action_admit(self):
        """Open the files that are missing and place the child.

        :return: a window action that shows the child
        """
        self.ensure_one()
        allowed = ("waiting", "offered")
        self._check_state(allowed)
        self._check_complete()
        today = fields.Date.context_today(self)
        if self.state == "offered" and self.offer_until < today:
            raise UserError(
                self.env._(
                    "%(request)s: the offer ended on %(day)s. Offer the place again.",
                    request=self.display_name,
                    day=format_date(self.env, self.offer_until),
                )
            )
        self._check_unknown()
        child = self.child_id or self._create_child()
        guardian = self.guardian_id or self._create_guardian()
        self._link(child, guardian)
        self._welcome(child)
        sector = self._place(child)
        self._move_to(
            "admitted",
            allowed,
            child_id=child.id,
            guardian_id=guardian.id,
            sector_id=sector.id,
        )
        return child.get_formview_action()

    def action_refuse(self):
        """Note that there will be no place."""
        self._move_to("refused", OPEN)

    def action_withdraw(self):
        """Note that the family does not want the place any more."""
        self._move_to("withdrawn", OPEN)

    def action_wait(self):
        """Take a request up again, at its old place in the list."""
        self._move_to(
            "waiting",
            ("offered", "expired", "refused", "withdrawn"),
            offer_from=False,
            offer_until=False,
        )

    @api.model
    def _cron_expire(self):
        """Free the places of offers that nobody has answered in time."""
        today = fields.Date.context_today(self)
        late = self.search([("state", "=", "offered"), ("offer_until", "<", today)])
        late._move_to("expired", ("offered",))

    def _check_complete(self):
        """Refuse what no placement could be made of.

        :raises UserError: naming what is missing
        """
        for request in self:
            if not request.group_id or not request.line_ids:
                raise UserError(
                    self.env._(
                        "%(request)s: choose the group and at least one weekday.",
                        request=request.display_name,
                    )
                )
            for line in request.line_ids:
                if not (line.slot_ids if line.mode == "slots" else line.hour_to):
                    raise UserError(
                        self.env._(
                            "%(request)s: enter the slots or hours of each weekday.",
                            request=request.display_name,
                        )
                    )

    def _check_unknown(self):
        """Refuse a second file of a child.

        :raises UserError: naming the file that is there
        """
        if self.child_id or not self.firstname:
            return
        known = self.env["daycare.child"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("lastname", "=ilike", self.lastname),
                ("firstname", "=ilike", self.firstname),
                ("birthdate", "=", self.birthdate),
            ],
            limit=1,
        )
        if known:
            raise UserError(
                self.env._(
                    "There is a file of %(child)s (DossierId %(number)s) already. "
                    "Choose it in the field “Child”, then admit.",
                    child=known.display_name,
                    number=known.id,
                )
            )

    def _create_child(self):
        names = (*OF_CHILD, "street", "zip", "city")
        vals = {name: self[name] for name in names}
        if not self.firstname:
            vals["gender"] = "unborn"
        return self.env["daycare.child"].create(
            {
                **vals,
                "country_id": self.country_id.id,
                "company_id": self.company_id.id,
                "registration_date": self.request_date,
            }
        )

    def _create_guardian(self):
        """Open the parent's file, if the request names one."""
        guardians = self.env["daycare.guardian"]
        if not self.contact_lastname:
            return guardians
        names = ("email", "street", "zip", "city")
        return guardians.create(
            {
                **{name: self[name] for name in names},
                "lastname": self.contact_lastname,
                "firstname": self.contact_firstname,
                "role": self.contact_role or "mother",
                "phone_mobile": self.phone,
                "country_id": self.country_id.id,
                "company_id": self.company_id.id,
            }
        )

    def _link(self, child, guardian):
        """Put the parent into the child's file, as the main one if there is none."""
        links = child.guardian_link_ids
        if guardian and guardian not in links.guardian_id:
            links.create(
                {
                    "child_id": child.id,
                    "guardian_id": guardian.id,
                    "is_main": not links.filtered("is_main"),
                    "lives_here": True,
                }
            )

    def _welcome(self, child):
        """Let a child that was waiting, or had left, be admitted."""
        if child.status_kind != "active":
            child.write(
                {
                    "status_id": child.status_id._default_status().id,
                    "departure_date": False,
                    "departure_reason": False,
                }
            )

    def _place(self, child):
        """Write the placement, without an end where none was wished."""
        vals = {
            "child_id": child.id,
            "group_id": self.group_id.id,
            "date_from": self.offer_from or self.date_from,
            "date_to": self.date_to or NO_END,
            "line_ids": [
                fields.Command.create(line._placement_vals())
                for line in self._sorted_lines()
            ],
        }
        # nobody types the year 9999, but it is how a placement has no end
        with self._engine_writes():
            return self.env["daycare.sector"].create(vals)
