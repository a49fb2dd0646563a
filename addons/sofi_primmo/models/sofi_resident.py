from odoo import api, fields, models

from odoo.addons.exchange_run.told import hearing

from ..core import nam
from ..core.matching import Person
from .primmo_tenant_sync import LIVING


class SofiResident(models.Model):
    """A resident as SOFI has him."""

    _name = "sofi.resident"
    _description = "SOFI Resident"
    _inherit = ["sofi.mirror.mixin", "exchange.journal.mixin"]
    _order = "last_name, first_name, id"
    _rec_names_search = ["last_name", "first_name", "external_id"]
    _sofi_endpoint = "residents"
    _sofi_fields = {
        "external_id": "external_id",
        "last_name": "last_name",
        "first_name": "first_name",
        "sex": "sex",
        "birth_date": "birth_date",
        "language": "language",
        "nam": "nam",
        "nam_expiry": "nam_expiry",
        "room_ref": "room_id",
        "accommodation_ref": "accommodation_type_id",
        "entry_date": "entry_date",
        "status": "status",
    }

    external_id = fields.Char(string="External ID", index=True)
    last_name = fields.Char()
    first_name = fields.Char()
    sex = fields.Char()
    birth_date = fields.Date()
    language = fields.Char()
    # Nobody reads it as a field: see `primmo.tenant.nam`.
    nam = fields.Char(string="NAM", groups=fields.NO_ACCESS)
    nam_masked = fields.Char(string="NAM (masked)", compute="_compute_nam_masked")
    nam_expiry = fields.Char(string="NAM Expiry")
    room_ref = fields.Char(string="SOFI Room")
    accommodation_ref = fields.Char(string="Accommodation Type")
    entry_date = fields.Date()
    room_number = fields.Char(string="Room", compute="_compute_room_number")
    status = fields.Char(string="SOFI Status")
    status_label = fields.Char(string="Status", compute="_compute_status_label")
    tenant_ids = fields.One2many("primmo.tenant", "resident_id")
    anonymized = fields.Boolean(readonly=True)

    @api.depends("last_name", "first_name")
    def _compute_display_name(self):
        for resident in self:
            names = (resident.last_name, resident.first_name)
            resident.display_name = ", ".join(filter(None, names)) or resident.sofi_id

    @api.depends("room_ref")
    def _compute_room_number(self):
        rooms = self.env["sofi.room"].search(
            [
                ("residence_id", "in", self.residence_id.ids),
                ("sofi_id", "in", self.mapped("room_ref")),
            ]
        )
        numbers = {(room.residence_id, room.sofi_id): room.number for room in rooms}
        for resident in self:
            key = resident.residence_id, resident.room_ref
            resident.room_number = numbers.get(key, resident.room_ref)

    @api.depends("status")
    @api.depends_context("lang")
    def _compute_status_label(self):
        labels = self._status_labels()
        for resident in self:
            resident.status_label = labels.get(resident.status, resident.status)

    @api.model
    def _status_labels(self):
        """Return {SOFI's word: what people read}; other words stay as they are."""
        return {
            "active": self.env._("Resident"),
            "pending": self.env._("Prospect"),
            "departed": self.env._("Departed"),
        }

    @api.depends("nam")
    def _compute_nam_masked(self):
        for resident in self.sudo():  # sudo: only the letters leave
            resident.nam_masked = nam.mask(resident.nam or "")

    def _changed_values(self, values):
        """Keep who was anonymized so, as long as he does not live there again."""
        if self.anonymized and values.get("status") not in LIVING:
            return {}
        return super()._changed_values(values | {"anonymized": False})

    def _anonymize(self):
        """Forget who somebody was; SOFI keeps its own record."""
        kept = ("external_id", "status", "accommodation_ref")
        forgotten = [name for name in self._sofi_fields if name not in kept]
        self.write(
            {**dict.fromkeys(forgotten, False), "active": False, "anonymized": True}
        )

    def _to_person(self):
        """Return the resident as the matching takes him.

        The External ID known here counts as well: SOFI learns it only where the rights
        allow to write.
        """
        self.ensure_one()
        secret = self.sudo()  # sudo: matching needs the NAM, its user need not read it
        return Person(
            key=self.id,
            external_id=self.external_id or secret.tenant_ids[:1].external_id or "",
            nam=secret.nam or "",
            last_name=self.last_name or "",
            first_name=self.first_name or "",
            sex=self.sex or "",
            birth_date=self.birth_date or None,
            departed=self.status == "departed",
        )

    def _present_values(self):
        """Return the values SOFI has, by its own field names; dates as texts."""
        self.ensure_one()
        secret = self.sudo()  # sudo: compared only, see _to_person
        values = {theirs: secret[ours] for ours, theirs in self._sofi_fields.items()}
        return {
            name: fields.Date.to_string(value)
            if hasattr(value, "year")
            else value or None
            for name, value in values.items()
        }

    def _is_as_previewed(self, changes):
        """Tell whether SOFI still has what a preview would replace.

        :param dict changes: SOFI field -> [before, after]
        """
        self.ensure_one()
        present = self._present_values()
        same = all(present.get(name) == old for name, (old, _new) in changes.items())
        return self.active and self.status in (*LIVING, False, "") and same

    @hearing("match_line_id")
    def action_choose_match(self):
        """Decide that the tenant of the line in the context is this resident.

        :return: an action that closes the choice
        """
        self.ensure_one()
        line = self.env["sofi.sync.line"].browse(self.env.context["match_line_id"])
        return line._decide("match", self)
