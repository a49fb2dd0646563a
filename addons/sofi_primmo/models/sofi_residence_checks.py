from collections import Counter, defaultdict

from odoo import models

from ..core import accommodation, convention, matching, nam

ERROR, WARNING, ADVICE = "1_error", "2_warning", "3_info"


class SofiResidence(models.Model):
    """Check the lists of both systems against the convention (spec 5 to 8)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.residence"  # pylint: disable=consider-merging-classes-inherited

    def action_check_convention(self):
        """Check anew what breaks the convention.

        :return: a window action on what was found
        """
        self.check_access("read")
        for residence in self:
            residence._check_convention()
        return self.action_view_issues()

    def _check_convention(self):
        """Replace the issues of this residence."""
        self.ensure_one()
        # sudo: issues are written by checks only, nobody edits them
        Issue = self.env["sofi.convention.issue"].sudo()
        Issue.search([("residence_id", "=", self.id)]).unlink()
        everybody = self._tenants()
        tenants = everybody.filtered(lambda tenant: not tenant._has_left())
        found = [
            *self._issues_of_types(tenants),
            *self._issues_of_rooms(tenants),
            *self._issues_of_tenants(tenants),
            *self._issues_of_matches(tenants),
            *self._issues_of_departures(everybody),
            *self._issues_of_services(),
        ]
        return Issue.create([{"residence_id": self.id, **issue} for issue in found])

    def _issue(self, kind, severity, detail="", record=None):
        values = {"kind": kind, "severity": severity, "detail": detail}
        if record:
            values |= {"res_model": record._name, "res_id": record.id}
        return values

    def _mirror(self, model):
        return self.env[model].search([("residence_id", "=", self.id)])

    # === LISTS ===

    def _issues_of_types(self, tenants):
        listed = self._mirror("primmo.occupant.type").mapped("name")
        texts = [*listed, *(t for t in tenants.mapped("occupant_type") if t)]
        dictionary = self._mirror("sofi.accommodation.type")
        if self._mirror("sofi.resident") and not dictionary:
            return [self._issue("no_accommodation_type", ERROR)]
        if not texts or not dictionary:
            return []
        primmo, sofi, pairs = accommodation.compare(texts, dictionary._to_core())
        return [
            *(
                self._issue("occupant_type_only_primmo", WARNING, text)
                for text in primmo
            ),
            *(self._issue("occupant_type_only_sofi", WARNING, text) for text in sofi),
            *(self._issue("occupant_type_near", WARNING, " ≠ ".join(p)) for p in pairs),
        ]

    def _issues_of_rooms(self, tenants):
        rooms = self._mirror("sofi.room")
        units = self._units()
        twice = convention.duplicates(rooms.mapped("number"))
        units_twice = convention.duplicates(units.mapped("number"))
        known = set(rooms.mapped("number"))
        issues = [
            self._issue("room_duplicate", ERROR, room.number, room)
            for room in rooms
            if room.number in twice
        ]
        issues += [
            self._issue("room_suffix", ADVICE, room.number, room)
            for room in rooms
            if convention.has_suffix(room.number)
        ]
        issues += [
            self._issue("unit_duplicate", ERROR, unit.number, unit)
            for unit in units
            if unit.number in units_twice
        ]
        if known:
            issues += [
                self._issue("unit_unknown", ERROR, tenant.unit, tenant)
                for tenant in tenants
                if tenant.unit and tenant.unit not in known
            ]
        return issues

    def _issues_of_services(self):
        issues = []
        in_sofi = set(self._mirror("sofi.service").mapped("code"))
        for service in self._mirror("primmo.service"):
            if service.code_error:
                issues.append(
                    self._issue("service_code", WARNING, service.code, service)
                )
            elif in_sofi and service.code not in in_sofi:
                issues.append(
                    self._issue("service_only_primmo", WARNING, service.code, service)
                )
            elif service.price_differs:
                prices = (service.unit_price_rounded, service.sofi_unit_price)
                detail = "{}: {:.2f} ≠ {:.2f}".format(service.code, *prices)
                issues.append(self._issue("price_differs", WARNING, detail, service))
        return issues

    # === TENANTS ===

    def _catch_up(self, lines):
        """Compare lines to be applied with SOFI's residents as just read."""
        residents = self._mirror("sofi.resident").grouped("external_id")
        taken = self._nams_of_residents()
        for line in lines:
            line._catch_up(residents, taken)

    def _match(self, tenants):
        """Match tenants with the residents of SOFI, as last read (spec 6.1).

        :return: [(tenant, Match)]
        """
        residents = self._mirror("sofi.resident")
        index = matching.Index([resident._to_person() for resident in residents])
        people = [tenant._to_person() for tenant in tenants]
        return list(zip(tenants, matching.match_all(people, index), strict=True))

    def _issues_of_matches(self, tenants):
        """Name those whom only a person can match, and those who nearly match."""
        issues = []
        for tenant, found in self._match(tenants):
            found = tenant._apply_decision(found)
            if found.status == matching.AMBIGUOUS:
                issues.append(self._issue("match_ambiguous", ERROR, "", tenant))
            elif found.suggestions:
                near = self.env["sofi.resident"].browse(found.suggestions)
                names = ", ".join(near.mapped("display_name"))
                issues.append(self._issue("match_near", WARNING, names, tenant))
        return issues

    def _issues_of_tenants(self, tenants):
        issues = []
        for tenant in tenants:
            issues += tenant._issues()
        return issues + self._issues_of_collisions(tenants)

    def _issues_of_collisions(self, tenants):
        """Two people with one NAM: both are named, none is changed.

        A real one is a mistake that stops both; a temporary one is no proof of it.
        """
        keys = {}
        for tenant in tenants.sudo():  # sudo: only who collides leaves, not the NAM
            if nam.is_temporary(tenant.nam or ""):
                keys[tenant.id] = nam.comparison_key(tenant.nam)
        times = Counter(keys.values())
        twice = self._real_nams_twice(tenants)
        return [
            *(
                self._issue("temp_nam_collision", WARNING, "", tenant)
                for tenant in tenants
                if times[keys.get(tenant.id)] > 1
            ),
            *(
                self._issue("nam_twice", ERROR, "", tenant)
                for tenant, number in tenants._real_nams()
                if number in twice
            ),
        ]

    def _real_nams_twice(self, tenants):
        """Return the NAMs, none temporary, of several tenants who have not left."""
        return convention.duplicates(number for _t, number in tenants._real_nams())

    def _nams_of_residents(self):
        """Return {NAM: ids of SOFI's residents who have it}, those who left too."""
        found = defaultdict(set)
        for resident in self._mirror("sofi.resident").sudo():  # sudo: see _to_person
            if resident.nam:
                found[nam.normalize(resident.nam)].add(resident.id)
        return found

    def _issues_of_departures(self, tenants):
        """Name those of whom one side says that they left, and the other does not."""
        issues = []
        for tenant, found in self._match(tenants):
            found = tenant._apply_decision(found)
            if found.status != matching.MATCHED:
                continue
            resident = self.env["sofi.resident"].browse(found.candidates[0])
            reason = (tenant._prepare_departed_vals(resident) or {}).get("reason")
            if reason:
                issues.append(self._issue(reason, ERROR, "", tenant))
        return issues
