from odoo import api, fields, models

from .const import CIVIL_STATUSES, COURTESIES, ROLES

PHONES = ("phone_mobile", "phone_private", "phone_work")


class DaycareGuardian(models.Model):
    """The file of a guardian («intervenant»): parent, partner or third-party debtor.

    The file delegates to a partner, who receives invoices. What not every user may
    read (civil status, employer, phones, incomes) stays on the file (kibe 0).
    """

    _name = "daycare.guardian"
    _description = "Guardian"
    _inherit = [
        "daycare.dossier.mixin",
        "exchange.journal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _inherits = {"res.partner": "partner_id"}
    _order = "lastname, firstname, id"
    _check_company_auto = True
    _rec_names_search = ["name", "kibe_id"]

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        bypass_search_access=True,
    )
    active = fields.Boolean(default=True)
    lastname = fields.Char(string="Last Name", required=True, tracking=True)
    firstname = fields.Char(string="First Name", tracking=True)
    role = fields.Selection(
        ROLES,
        required=True,
        default="mother",
        tracking=True,
        help="Role in the guardian's own file; each child's file has its own.",
    )
    courtesy = fields.Selection(COURTESIES, tracking=True, help="«Politesse courrier».")
    phone_private = fields.Char(string="Private Phone", tracking=True)
    phone_work = fields.Char(string="Work Phone", tracking=True)
    phone_mobile = fields.Char(string="Mobile", tracking=True, help="«Natel».")
    email_work = fields.Char(string="Work E-mail", tracking=True)
    civil_status = fields.Selection(
        CIVIL_STATUSES,
        tracking=True,
        groups="daycare.group_daycare_office",
        help="«Etat civil».",
    )
    employer = fields.Char(tracking=True, groups="daycare.group_daycare_office")
    activity_rate = fields.Float(
        string="Activity Rate (%)",
        digits=(5, 2),
        tracking=True,
        groups="daycare.group_daycare_office",
        help="«Taux»: 0 to 100.",
    )
    place_of_origin = fields.Char(
        tracking=True,
        groups="daycare.group_daycare_office",
        help="«Origine»: the Swiss place of origin.",
    )
    accounting_ref = fields.Char(
        string="Accounting ID",
        copy=False,
        index="btree_not_null",
        tracking=True,
        groups="daycare.group_daycare_office",
        help="«ID Compta»: number of the debtor in the accounting software.",
    )
    income_ids = fields.One2many(
        "daycare.income",
        "guardian_id",
        string="Incomes",
        groups="daycare.group_daycare_billing",
    )
    child_link_ids = fields.One2many(
        "daycare.child.guardian", "guardian_id", string="Children"
    )
    child_ids = fields.Many2many(
        "daycare.child", compute="_compute_child_ids", string="Linked Children"
    )
    child_count = fields.Integer(compute="_compute_child_ids")

    _kibe_id_uniq = models.UniqueIndex(
        "(company_id, kibe_id) WHERE kibe_id IS NOT NULL",
        "Another guardian of the company already has this Kibé ID.",
    )
    _partner_uniq = models.UniqueIndex(
        "(company_id, partner_id)", "This contact already has a guardian file."
    )
    _activity_rate_valid = models.Constraint(
        "CHECK(activity_rate >= 0 AND activity_rate <= 100)",
        "The activity rate lies between 0 and 100 %.",
    )

    @api.depends("child_link_ids.child_id")
    def _compute_child_ids(self):
        for guardian in self:
            guardian.child_ids = guardian.child_link_ids.child_id
            guardian.child_count = len(guardian.child_ids)

    @api.model
    def default_get(self, fields):
        """Return what a new file has; its contact speaks the centre's language.

        Odoo's own default is that of the database, whatever its houses speak.
        """
        values = super().default_get(fields)
        if "lang" in fields:
            company = values.get("company_id") or self.env.company.id
            values["lang"] = self._correspondence_language(company)
        return values

    @api.model
    def _correspondence_language(self, company_id):
        """Return the code of the language in which new guardians are written to.

        It is the centre's own, else that of who enters them.

        :param int company_id: id of the company whose file it is
        """
        # sudo: the contact of the company may be another company's to its readers
        company = self.env["res.company"].sudo().browse(company_id)
        return company.partner_id.lang or self.env.user.lang

    @api.model_create_multi
    def create(self, vals_list):
        """Create files, their new partners in one batch (kibe 0).

        :param vals_list: values of the files; fields of the partner may be among
            them, ``partner_id`` attaches the file to an existing contact
        :return: the files, in the order of the values
        """
        vals_list = [dict(vals) for vals in vals_list]
        new = [vals for vals in vals_list if not vals.get("partner_id")]
        partners = self._create_partners([self._split_partner_vals(v) for v in new])
        for vals, partner in zip(new, partners, strict=True):
            vals["partner_id"] = partner.id
        return super().create(vals_list)

    @api.model
    def _prepare_create_values(self, vals_list):
        """Complete the files' values, leaving out defaults of the contacts.

        The contacts exist already with their own; Odoo would write its default
        properties again to each of them, one by one.
        """
        inherited = {name for name, field in self._fields.items() if field.inherited}
        return [
            {
                name: value
                for name, value in complete.items()
                if name in vals or name not in inherited
            }
            for vals, complete in zip(
                vals_list, super()._prepare_create_values(vals_list), strict=True
            )
        ]

    def write(self, vals):
        """Write, and keep the partner's name, phone and reference in step."""
        if "company_id" in vals:
            # first, as the file is checked against its contact
            self.partner_id.filtered("company_id").company_id = vals["company_id"]
        result = super().write(vals)
        if not {"lastname", "firstname", "is_company"}.isdisjoint(vals):
            self._sync_partner("name", lambda guardian: guardian._full_name())
        if not set(PHONES).isdisjoint(vals) and "phone" not in vals:
            self._sync_partner("phone", lambda guardian: guardian._first_phone())
        if vals.get("accounting_ref"):
            self.filtered(lambda g: not g.ref).partner_id.ref = vals["accounting_ref"]
        return result

    def _pages(self):
        return [self.child_link_ids]

    def action_view_children(self):
        """Open the files of the guardian's children."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "daycare.daycare_child_action"
        )
        action["domain"] = [("id", "in", self.child_ids.ids)]
        action["context"] = {}
        return action

    def action_view_partner(self):
        """Open the contact that receives the invoices."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def _sync_partner(self, field, value_of):
        for guardian in self:
            value = value_of(guardian)
            if guardian.partner_id[field] != value:
                guardian.partner_id[field] = value

    @api.model
    def _split_partner_vals(self, vals):
        """Take the partner's values out of a file's values.

        :param dict vals: values of the file; the partner's are removed from it
        :return dict: values for ``res.partner``
        """
        inherited = [name for name in vals if self._is_partner_field(name)]
        partner_vals = {name: vals.pop(name) for name in inherited}
        vals.setdefault("company_id", self.env.company.id)
        partner_vals["company_id"] = vals["company_id"]
        partner_vals.setdefault(
            "lang", self._correspondence_language(vals["company_id"])
        )
        partner_vals.setdefault(
            "name", self._compose_name(vals, partner_vals.get("is_company"))
        )
        phone = _first_usable([vals.get(phone) for phone in PHONES])
        if phone:
            partner_vals.setdefault("phone", phone)
        if vals.get("accounting_ref"):
            partner_vals.setdefault("ref", vals["accounting_ref"])
        return partner_vals

    @api.model
    def _is_partner_field(self, name):
        field = self._fields.get(name)
        return bool(field and field.inherited)

    @api.model
    def _create_partners(self, vals_list):
        """Create the contacts of new files in one batch.

        The file has the creation message and the followers, so the contact needs
        none. Salesperson and address are shared between a contact and its parent only:
        without parents there is nothing to take over. Odoo's own loader skips the
        address by the same context key, and a salesperson given is not computed for
        each contact by itself.
        """
        with_parent = any(vals.get("parent_id") for vals in vals_list)
        if not with_parent:
            for vals in vals_list:
                vals.setdefault("user_id", False)
        partners = self.env["res.partner"].with_context(
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            _partners_skip_fields_sync=not with_parent,
        )
        return partners.create(vals_list).with_env(self.env)

    @api.model
    def _compose_name(self, vals, is_company=False):
        """Return a full name: «first last» of a person, «last first» of a company.

        The deliveries put «Aide financière» into the last and «Commune de Martigny»
        into the first name of an organisation (kibe 1.4).
        """
        names = [vals.get("firstname"), vals.get("lastname")]
        if is_company:
            names.reverse()
        return " ".join(name for name in names if name)

    def _full_name(self):
        self.ensure_one()
        return self._compose_name(
            {"lastname": self.lastname, "firstname": self.firstname}, self.is_company
        )

    def _first_phone(self):
        """Return the first number that can be dialled; «???» and «none» cannot."""
        self.ensure_one()
        return _first_usable([self[phone] for phone in PHONES])


def _first_usable(phones):
    """Return the first text with a digit in it, False when there is none."""
    usable = (phone for phone in phones if any(c.isdigit() for c in phone or ""))
    return next(usable, False)
