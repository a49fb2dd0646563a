from odoo import fields, models
from odoo.exceptions import UserError

from ..core import accommodation, matching, nam

BAD_NAM = ("format", "date", "sequence")
#: States of SOFI that a synchronization may set; all others are a person's to change.
LIVING = ("active", "pending")


class PrimmoTenant(models.Model):
    """What a synchronization would do about a tenant (spec 6, 8)."""

    # One file a concern: together they would be too long to read.
    _inherit = "primmo.tenant"  # pylint: disable=consider-merging-classes-inherited

    def _prepare_sync_vals(self, match, lookup):
        """Return the values of this tenant's line.

        :param Match match: what the matching found
        :param dict lookup: of `sofi.sync.line._lookup`
        """
        self.ensure_one()
        vals = {"tenant_id": self.id}
        match = self._apply_decision(match)
        if match.suggestions:
            vals["suggestion_ids"] = [fields.Command.set(match.suggestions)]
        if self._has_left() and match.status != matching.MATCHED:
            # Nobody has to be found, nor decided about, to stay away.
            return {**vals, "action": "nothing", "detail": self.env._("Departed")}
        if match.status == matching.REFUSED:
            return {**vals, "action": "refused", **self._refusal(match.reason)}
        if match.status == matching.AMBIGUOUS:
            candidates = [fields.Command.set(match.candidates)]
            reason = {"action": "decide", "reason": match.reason}
            return {**vals, **reason, "candidate_ids": candidates}
        resident = self.env["sofi.resident"].browse(match.candidates[:1])
        vals |= {
            "resident_id": resident.id,
            "match_level": str(match.level) if match.level else False,
        }
        vals |= self._prepare_departed_vals(resident) or self._prepare_change_vals(
            resident, lookup
        )
        warnings = [*match.warnings, *vals.pop("warnings", ())]
        if warnings and not vals.get("detail"):
            texts = self._warning_texts()
            vals["detail"] = ", ".join(texts[code] for code in warnings)
        return vals

    def _warning_texts(self):
        return {
            "nam_conflict": self.env._("Another SOFI resident has this NAM"),
            "nam_kept": self.env._("SOFI's NAM is better and is kept"),
            "status_kept": self.env._("Resident in SOFI, not accepted in Primmo"),
            "occupant_type_unknown": self.env._("SOFI does not know the occupant type"),
            "accommodation_type_inactive": self.env._(
                "SOFI proposes an inactive accommodation type"
            ),
        }

    def _apply_decision(self, match):
        """Let a person's decision stand above the rules, but not above a refusal.

        Who has his External ID in SOFI is not new there, whatever was decided before.
        """
        if match.status == matching.REFUSED:
            return match
        if self.decision == "new" and match.level != matching.LEVEL_EXTERNAL_ID:
            return matching.Match(matching.NEW)
        if self.decision == "match" and self.resident_id.active:
            return matching.Match(matching.MATCHED, 0, (self.resident_id.id,))
        return match

    def _refusal(self, reason):
        missing = self._missing_fields() if reason == "missing_required" else []
        labels = [self._fields[name]._description_string(self.env) for name in missing]
        return {"reason": reason, "detail": ", ".join(labels)}

    def _has_left(self):
        """Tell whether Primmo says that the tenant has left and not come back."""
        self.ensure_one()
        left = self.departure_date
        back = self.entry_date and left and self.entry_date > left
        return bool(left and left <= self.residence_id._today() and not back)

    def _prepare_departed_vals(self, resident):
        """Return the line of somebody who has left, by one side or both; else None.

        Neither side tells the other: whether a person lives there is said by people.
        """
        there = resident and resident.status in LIVING
        if self._has_left():
            if there:
                return {"action": "refused", "reason": "departed_primmo"}
            return {"action": "nothing", "detail": self.env._("Departed")}
        if resident and resident.status and not there:
            return {"action": "refused", "reason": "departed_sofi"}
        return None

    def _prepare_change_vals(self, resident, lookup):
        if self._missing_fields():
            return {"action": "refused", **self._refusal("missing_required")}
        if reason := self._obstacle(lookup):
            return {"action": "refused", "reason": reason, "detail": self.unit}
        room = lookup["rooms"].get(self.unit) if self.accepted else None
        try:
            choice = self._choose_type(resident, room, lookup)
        except accommodation.AccommodationError as error:
            return {
                "action": "refused",
                "reason": error.code,
                "detail": self.occupant_type,
            }
        changes, warnings = self._changes(resident, room, choice)
        if self._shares_nam(changes, resident, lookup):
            return {"action": "refused", "reason": "nam_taken", "detail": False}
        action = ("update" if changes else "nothing") if resident else "create"
        return {
            "action": action,
            "changes": changes,
            "accommodation_type_id": lookup["types"][choice.type.id].id,
            "accommodation_priority": choice.priority,
            "warnings": (*choice.warnings, *warnings),
        }

    def _shares_nam(self, changes, resident, lookup):
        """Tell whether the NAM to be sent is another resident's real one."""
        number = nam.normalize(changes.get("nam", ("", ""))[1])
        if not number or nam.is_temporary(number):
            return False
        return bool(lookup["nams"].get(number, set()) - set(resident.ids))

    def _obstacle(self, lookup):
        """Return what keeps a tenant with all fields from being synchronized."""
        number = self.sudo().nam  # sudo: only the verdict leaves
        if number:
            today = self.residence_id._today()
            allow = self.residence_id.nam_allow_letter
            if nam.check(number, today, self.birth_date, allow).status in BAD_NAM:
                return "nam_invalid"
            if nam.normalize(number) in lookup["nams_twice"]:
                return "nam_twice"
        if not self.accepted:
            return ""
        if self.unit in lookup["twice"]:
            return "room_duplicate"
        return "" if self.unit in lookup["rooms"] else "unit_unknown"

    def _choose_type(self, resident, room, lookup):
        """Return the accommodation type by the five-level priority (spec 6.2)."""
        unit = room and lookup["units"].get(room.unit_ref)
        return accommodation.choose(
            lookup["dictionary"],
            self.occupant_type,
            resident.accommodation_ref or None,
            (room and room.accommodation_ref) or None,
            (unit and unit.accommodation_ref) or None,
            strict=self.residence_id.strict_occupant_type,
        )

    def _changes(self, resident, room, choice):
        """Return ({SOFI field: [before, after]} of what differs, warnings).

        What SOFI knows better stays: its NAM, and that somebody is a resident.
        """
        present = resident._present_values() if resident else {}
        warnings = []
        wanted = {
            "external_id": self.external_id,
            "last_name": self.last_name,
            "first_name": self.first_name,
            "sex": self.sex,
            "birth_date": fields.Date.to_string(self.birth_date),
            "language": self.language,
            "accommodation_type_id": choice.type.id,
            "status": "active" if self.accepted else "pending",
        }
        if not self.accepted and present.get("status") == "active":
            del wanted["status"]
            warnings.append("status_kept")
        if self.accepted:
            wanted |= {
                "nam": self._effective_nam(),
                "room_id": room.sofi_id,
                "entry_date": fields.Date.to_string(self.entry_date),
            }
        if self.nam_expiry:
            wanted["nam_expiry"] = self.nam_expiry
        if self.accepted and self._has_worse_nam(present.get("nam")):
            # The expiry belongs to the number that is not sent.
            wanted.pop("nam_expiry", None)
            del wanted["nam"]
            warnings.append("nam_kept")
        changes = {
            name: [present.get(name), value]
            for name, value in wanted.items()
            if value and present.get(name) != value
        }
        return changes, warnings

    def _has_worse_nam(self, present):
        """Tell whether the tenant's NAM is worth less than SOFI's."""
        today = self.residence_id._today()
        number = self._effective_nam()
        return nam.is_worse(number, present or "", today, self.birth_date)

    # === DECISION ===

    def _decide(self, decision, resident=None):
        """Keep what a person decided.

        :param str decision: `match` or `new`
        :param sofi.resident resident: whom the tenant is, with `match`
        :raises UserError: he lives in another residence
        """
        self.check_access("write")
        if resident and resident.residence_id != self.residence_id:
            raise UserError(
                self.env._("%s lives in another residence.", resident.display_name)
            )
        with self._engine_writes():
            self.write(
                {
                    "decision": decision,
                    "resident_id": resident.id if resident else False,
                    "decided_by_id": self.env.uid,
                    "decided_date": fields.Datetime.now(),
                }
            )

    def _use_up_decision(self):
        """Forget «new»: it was for one creation, which is over."""
        with self._engine_writes():
            self.filtered(lambda tenant: tenant.decision == "new").decision = False

    def action_forget_decision(self):
        """Let the rules match these tenants again."""
        self.check_access("write")
        undecided = dict.fromkeys(("decision", "decided_by_id", "decided_date"), False)
        with self._engine_writes():
            self.write(undecided)
        return True
