from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core import convention, nam
from ..core.matching import Person

NAM_GROUP = "sofi_primmo.group_sofi_nam"


class PrimmoTenant(models.Model):
    """A tenant (*locataire*): a prospect, or once accepted a resident."""

    _name = "primmo.tenant"
    _description = "Primmo Tenant"
    _inherit = ["primmo.record.mixin", "exchange.journal.mixin"]
    _order = "last_name, first_name, id"
    _rec_names_search = ["last_name", "first_name", "external_id"]

    external_id = fields.Char(
        string="Tenant Number",
        required=True,
        index=True,
        help="Primmo's number; SOFI's External ID after the first match.",
    )
    last_name = fields.Char(
        required=True, help="The maiden name is recommended for women."
    )
    birth_name = fields.Char(help="Name at birth, where it differs.")
    first_name = fields.Char(required=True)
    sex = fields.Selection(
        [("M", "Male"), ("F", "Female"), ("A", "Other (not supported by SOFI)")]
    )
    birth_date = fields.Date()
    language = fields.Selection([("Fr", "French"), ("En", "English"), ("Au", "Other")])
    accepted = fields.Boolean(
        help="Ticked: a resident. Not ticked: a prospect (résident en attente)."
    )
    entry_date = fields.Date(
        string="Possession Date", help="Date de prise de possession = entry in SOFI."
    )
    departure_date = fields.Date()
    unit = fields.Char(help="Must be the number of a SOFI room, exactly.")
    building = fields.Char()
    occupant_type = fields.Char(help="French text of an accommodation type of SOFI.")
    # Nobody reads it as a field, by no door, as that would leave no trace: those who
    # may see it use `action_show_nam`.
    nam = fields.Char(
        string="NAM",
        groups=fields.NO_ACCESS,
        copy=False,
        help="Numéro d'assurance maladie, AAAA99999999.",
    )
    nam_masked = fields.Char(string="NAM (masked)", compute="_compute_nam_masked")
    nam_new = fields.Char(
        string="New NAM",
        compute="_compute_nam_new",
        inverse="_inverse_nam_new",
        help="Type a NAM here to set or replace it; it is shown masked afterwards.",
    )
    nam_temporary = fields.Boolean(
        string="Temporary NAM", compute="_compute_nam_temporary", store=True
    )
    nam_temporary_since = fields.Date(readonly=True, copy=False, engine=True)
    nam_previous = fields.Char(
        string="Earlier NAM", groups=fields.NO_ACCESS, copy=False
    )
    nam_expiry = fields.Char(string="NAM Expiry", help="YYYY-MM")
    resident_id = fields.Many2one(
        "sofi.resident",
        string="SOFI Resident",
        copy=False,
        engine=True,
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
    )
    decision = fields.Selection(
        [("match", "Is this resident"), ("new", "Is new in SOFI")],
        readonly=True,
        copy=False,
        engine=True,
        help="What a person decided where the rules could not.",
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False, engine=True)
    decided_date = fields.Datetime(readonly=True, copy=False, engine=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", check_company=True, copy=False
    )

    _external_id_uniq = models.Constraint(
        "UNIQUE(residence_id, external_id)", "This tenant number exists already."
    )

    @api.depends("last_name", "first_name", "external_id")
    def _compute_display_name(self):
        for tenant in self:
            tenant.display_name = f"{tenant.last_name}, {tenant.first_name}"

    @api.depends("nam")
    def _compute_nam_masked(self):
        for tenant in self.sudo():  # sudo: only the letters leave
            tenant.nam_masked = nam.mask(tenant.nam or "")

    def _compute_nam_new(self):
        self.nam_new = False

    def _inverse_nam_new(self):
        for tenant in self.filtered("nam_new"):
            # sudo: who may edit a tenant may set a NAM without seeing the old one
            tenant.sudo().nam = nam.normalize(tenant.nam_new)
        # What was typed must not be read back.
        self.invalidate_recordset(["nam_new"])

    @api.depends("nam")
    def _compute_nam_temporary(self):
        for tenant in self:
            tenant.nam_temporary = nam.is_temporary(tenant.nam or "")

    def write(self, vals):
        """Change tenants; the NAM that is replaced is kept."""
        if "nam" in vals:
            self._keep_earlier_nam(vals["nam"])
        return super().write(vals)

    def _keep_earlier_nam(self, number):
        """Keep a temporary NAM that a real one replaces, and since when it stood."""
        for tenant in self.sudo():  # sudo: who imports lists need not read the NAM
            if tenant.nam and tenant.nam != number:
                tenant.nam_previous = tenant.nam
            temporary = nam.is_temporary(number or "")
            tenant.nam_temporary_since = (
                (tenant.nam_temporary_since or tenant.residence_id._today())
                if temporary
                else False
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Create tenants; a temporary NAM counts from today."""
        for vals in vals_list:
            if nam.is_temporary(vals.get("nam") or ""):
                residence = self.env["sofi.residence"].browse(vals.get("residence_id"))
                vals["nam_temporary_since"] = residence._today()
        return super().create(vals_list)

    # === FOR THE CORE ===

    def _to_person(self):
        """Return the tenant as the matching takes it."""
        self.ensure_one()
        secret = self.sudo()  # sudo: matching needs the NAM, its user need not read it
        return Person(
            key=self.id,
            external_id=self.external_id or "",
            nam=secret.nam or "",
            last_name=self.last_name or "",
            first_name=self.first_name or "",
            sex=self.sex or "",
            birth_date=self.birth_date or None,
        )

    def _missing_fields(self):
        """Return the names of required fields that are empty.

        The NAM is, where no temporary one can stand for it (spec 7.3, 8).
        """
        self.ensure_one()
        required = convention.required_fields(self.accepted)
        missing = [name for name in required if name != "nam" and _empty(self[name])]
        try:
            lacks_nam = self.accepted and not self._effective_nam()
        except nam.NamError:
            # Another field tells why; else the name has no letter a NAM could take.
            lacks_nam = not missing
        return [*missing, "nam"] if lacks_nam else missing

    def _effective_nam(self):
        """Return the NAM to send: the tenant's, else a temporary one for residents.

        :rtype: str
        :raises NamError: a part of the temporary one is missing
        """
        self.ensure_one()
        number = self.sudo().nam  # sudo: see _to_person
        if number or not self.accepted or not self.residence_id.temp_nam_auto:
            return number or ""
        return self._temporary_nam()

    def _temporary_nam(self):
        """Return the tenant's temporary NAM, as the residence writes them.

        :raises NamError: a part of it is missing
        """
        self.ensure_one()
        residence = self.residence_id
        return nam.temporary(
            self.last_name,
            self.first_name,
            self.birth_date,
            self.sex,
            female_plus50=residence.temp_nam_female_plus50,
            saint_as_st=residence.temp_nam_saint_as_st,
        )

    # === BUTTONS ===

    def action_show_nam(self):
        """Show the NAM, or the temporary one proposed; that it was shown is kept.

        :return: a notification
        :raises AccessError: the user may not see NAMs
        """
        self.ensure_one()
        self._journal_nam_access()
        number = self.sudo().nam  # sudo: the access is allowed and journalled
        if not number:
            number = self._proposed_nam()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"title": self.display_name, "message": number or "–"},
        }

    def _journal_nam_access(self):
        """Write down that the user is about to see the NAM of these tenants.

        :raises AccessError: the user may not see NAMs
        """
        self.check_access("read")
        if not self.env.user.has_group(NAM_GROUP):
            raise AccessError(
                self.env._("You may not see health insurance numbers in full.")
            )
        # sudo: the journal of accesses is not for people to write
        self.env["primmo.nam.access"].sudo().create(
            [{"tenant_id": tenant.id, "user_id": self.env.uid} for tenant in self]
        )

    def _proposed_nam(self):
        """Return the temporary NAM a synchronization would send, in words, or ""."""
        try:
            number = self._effective_nam()
        except nam.NamError:
            number = ""
        return number and self.env._("%s (temporary, proposed)", number)

    def action_propose_temporary_nam(self):
        """Give residents without NAM a temporary one."""
        self.check_access("write")
        # sudo: operators propose, they need not read the NAM
        without = self.sudo().filtered(
            lambda x: x.accepted and not x.nam and not x.anonymized
        )
        for tenant in without:
            try:
                tenant.nam = tenant._temporary_nam()
            except nam.NamError as error:
                raise UserError(
                    self.env._(
                        "%(tenant)s needs a last name, a first name and a date of "
                        "birth for a temporary NAM.",
                        tenant=tenant.external_id,
                    )
                ) from error
        return True


def _empty(value):
    """Tell whether a field has no value; blanks are none."""
    return not (value.strip() if isinstance(value, str) else value)
