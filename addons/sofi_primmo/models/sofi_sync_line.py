from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import convention, nam

MODEL_OF_TYPES = "sofi.accommodation.type"
ACTIONS = [
    ("create", "Create"),
    ("update", "Change"),
    ("nothing", "Nothing"),
    ("decide", "Decide"),
    ("refused", "Left alone"),
]
REASONS = [
    ("several", "Several residents fit"),
    ("twins", "Same temporary NAM, other first name"),
    ("claimed_twice", "Two tenants fit this resident"),
    ("missing_required", "Required field missing"),
    ("sex_unsupported", "Sex not supported by SOFI"),
    ("nam_invalid", "NAM has a wrong format or date"),
    ("room_duplicate", "Unit or room number is not unique"),
    ("unit_unknown", "No SOFI room of this number"),
    ("nam_twice", "Two tenants have this NAM"),
    ("nam_taken", "Another SOFI resident has this NAM"),
    ("departed_primmo", "Left according to Primmo, not in SOFI"),
    ("departed_sofi", "Left according to SOFI, not in Primmo"),
    ("no_accommodation_type", "No accommodation type"),
    ("occupant_type_unknown", "Occupant type unknown in SOFI"),
    ("right_missing", "No right to write in SOFI"),
    ("refused_by_sofi", "SOFI refused the change"),
    ("changed_since", "Changed since the preview"),
    ("no_answer", "SOFI did not answer: is the person there?"),
]


class SofiSyncLine(models.Model):
    """One tenant in a synchronization: what would be done, and why."""

    _name = "sofi.sync.line"
    _description = "Synchronization Line"
    _inherit = ["exchange.journal.mixin"]
    _journal_names = ("detail", "changes_text")
    _order = "sync_id desc, residence_id, action, id"
    _rec_name = "tenant_id"

    sync_id = fields.Many2one(
        "sofi.sync", required=True, index=True, ondelete="cascade"
    )
    residence_id = fields.Many2one("sofi.residence", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="residence_id.company_id", store=True, index=True, precompute=True
    )
    tenant_id = fields.Many2one(
        "primmo.tenant", required=True, index=True, ondelete="cascade"
    )
    action = fields.Selection(ACTIONS, required=True, index=True)
    reason = fields.Selection(REASONS, string="Why")
    detail = fields.Char()
    match_level = fields.Selection(
        [("1", "External ID"), ("2", "NAM"), ("3", "Name, sex, birth date")],
        string="Matched By",
    )
    resident_id = fields.Many2one(
        "sofi.resident", string="SOFI Resident", ondelete="set null"
    )
    candidate_ids = fields.Many2many(
        "sofi.resident", "sofi_sync_line_candidate_rel", string="Candidates"
    )
    suggestion_ids = fields.Many2many(
        "sofi.resident", "sofi_sync_line_suggestion_rel", string="Nearly the Same"
    )
    accommodation_type_id = fields.Many2one("sofi.accommodation.type")
    accommodation_priority = fields.Integer(
        help="1 Primmo, 2 SOFI resident, 3 room, 4 unit, 5 first of the list."
    )
    changes = fields.Json(
        string="Values",
        groups=fields.NO_ACCESS,
        help="SOFI field -> [before, after]; with NAMs, so for nobody to read.",
    )
    changes_text = fields.Text(string="Changes", compute="_compute_changes_text")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sending", "Being Sent"),
            ("todo", "To Do"),
            ("done", "Done"),
        ],
        required=True,
        default="planned",
        index=True,
    )

    @api.depends("changes")
    @api.depends_context("lang")
    def _compute_changes_text(self):
        order = {theirs: n for n, theirs in enumerate(self._field_names())}
        for line in self.sudo():  # sudo: the NAM is masked before it is shown
            changes = sorted((line.changes or {}).items(), key=lambda c: order[c[0]])
            line.changes_text = "\n".join(
                self.env._(
                    "%(field)s: %(before)s → %(after)s",
                    field=line._shown_field(name),
                    before=line._shown(name, before),
                    after=line._shown(name, after),
                )
                for name, (before, after) in changes
            )

    @api.model
    def _field_names(self):
        """Return {SOFI's field: ours}, in the order in which people read them."""
        ours = self.env["sofi.resident"]._sofi_fields
        return {theirs: field for field, theirs in ours.items()}

    def _shown_field(self, name):
        """Return the label of one of SOFI's fields."""
        field = self.env["sofi.resident"]._fields[self._field_names()[name]]
        return field._description_string(self.env)

    def _shown(self, name, value):
        """Return a value as a person reads it; a NAM masked."""
        if not value:
            return "–"
        if name == "nam":
            return self._shown_nam(value)
        if name == "status":
            return self.env["sofi.resident"]._status_labels().get(value, value)
        model = {"room_id": "sofi.room", "accommodation_type_id": MODEL_OF_TYPES}.get(
            name
        )
        if not model:
            return value
        found = self.env[model].search(
            [("residence_id", "=", self.residence_id.id), ("sofi_id", "=", value)],
            limit=1,
        )
        return found.display_name or value

    def _shown_nam(self, number):
        """Return a NAM masked, with what it is worth: a preview must be judged."""
        born = self.tenant_id.birth_date or None
        today = self.residence_id._today()
        kinds = {
            "temporary": self.env._("temporary"),
            "doubtful": self.env._("not verified"),
            "real": self.env._("real"),
        }
        return f"{nam.mask(number)} ({kinds[nam.kind(number, today, born)]})"

    # === LOOKUP ===

    @api.model
    def _lookup(self, residence):
        """Read once what every tenant of a residence needs.

        :return: dict with rooms by number, numbers that are not unique, units, the
            dictionary of accommodation types
        """
        rooms = residence._mirror("sofi.room")
        units = residence._units().mapped("number")
        types = residence.with_context(active_test=False)._mirror(
            "sofi.accommodation.type"
        )
        return {
            "rooms": {room.number: room for room in rooms},
            "twice": convention.duplicates(rooms.mapped("number"))
            | convention.duplicates(units),
            "units": {unit.sofi_id: unit for unit in residence._mirror("sofi.unit")},
            "types": {entry.sofi_id: entry for entry in types},
            "dictionary": types._to_core(),
            "nams": residence._nams_of_residents(),
            "nams_twice": residence._real_nams_twice(residence._tenants()),
        }

    # === APPLY ===

    def _link_matches(self):
        """Keep which resident each tenant is: from now on his External ID finds him."""
        for line in self.filtered("resident_id"):
            line.tenant_id.resident_id = line.resident_id

    def _request_key(self):
        """Return the key by which SOFI knows a creation that is sent again."""
        # sudo: the name of this database is no secret of the user's
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{database}-sync-line-{self.id}"

    def _catch_up(self, residents, taken):
        """Compare a line with SOFI as it is now, before anything is written.

        :param dict residents: External ID -> residents who have it
        :param dict taken: NAM -> ids of the residents who have it
        """
        self.ensure_one()
        if self.action == "create":
            found = residents.get(self.tenant_id.external_id)
            number = nam.normalize(self.changes.get("nam", ("", ""))[1])
            if found:
                self._is_there(found[:1])
            elif taken.get(number) and not nam.is_temporary(number):
                self.write({"state": "todo", "reason": "nam_taken"})
            return
        present = self.resident_id._present_values()
        left = {n: c for n, c in self.changes.items() if present.get(n) != c[1]}
        if not left and self.resident_id.active:
            self.state = "done"
        elif not self.resident_id._is_as_previewed(left):
            self.write({"state": "todo", "reason": "changed_since"})

    def _adopt(self, row, client):
        """Take over a resident that SOFI has just created."""
        Resident = self.env["sofi.resident"]
        name = client.profile.field
        resident = Resident.create(
            {
                "residence_id": self.residence_id.id,
                "sofi_id": str(row[name("id")]),
                **Resident._prepare_mirror_vals(row, name),
            }
        )
        self._is_there(resident)

    def _is_there(self, resident):
        """Keep who the tenant of a creation is in SOFI; the creation is over."""
        self.resident_id = self.tenant_id.resident_id = resident
        self.tenant_id._use_up_decision()
        self.state = "done"

    # === BUTTONS ===

    def action_done(self):
        """Tick off what a person has done in SOFI."""
        self.sync_id.check_access("write")
        if any(line.state != "todo" for line in self):
            raise UserError(
                self.env._("Only lines of the to-do list can be ticked off.")
            )
        created = self.filtered(lambda line: line.action == "create")
        created.tenant_id._use_up_decision()
        # sudo: lines are the run's own, a person only ticks them off
        self.sudo().state = "done"
        return True

    def action_show_nam(self):
        """Show the NAM that is to be entered in SOFI, and SOFI's own; journalled.

        :return: a notification
        :raises AccessError: the user may not see NAMs
        """
        self.ensure_one()
        shown = self.tenant_id.action_show_nam()
        # sudo: the access is allowed and journalled by now
        theirs = self.resident_id.sudo().nam
        shown["params"]["message"] = self.env._(
            "Primmo: %(primmo)s – SOFI: %(sofi)s",
            primmo=shown["params"]["message"],
            sofi=theirs or "–",
        )
        return shown

    def _decide(self, decision, resident=None):
        """Keep a person's decision; a preview that is open follows it at once.

        :param str decision: `match` or `new`
        :param sofi.resident resident: whom the tenant is, with `match`
        :return: an action that closes the choice
        """
        self.ensure_one()
        self.sync_id.check_access("write")
        self.tenant_id._decide(decision, resident)
        sync = self.sync_id
        if sync.state == "planned":
            sync.action_plan()
        return {"type": "ir.actions.act_window_close"}

    def action_decide(self):
        """Open the choice of a person.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Who is %(tenant)s?", tenant=self.tenant_id.display_name
            ),
            "res_model": "sofi.match.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_id": self.id},
        }
