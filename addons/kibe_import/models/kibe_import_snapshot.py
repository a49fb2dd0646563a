import itertools

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.exchange_run.core.clock import to_minutes
from odoo.addons.exchange_run.core.money import exact

from ..core import text
from ..core.const import MAX_ROWS
from ..core.planning import Line, SectorPage
from ..core.reference import Base, Candidate, Page, Record, Reference
from ..core.slots import Group, Slot

GUARDIAN_FIELDS = (
    "kibe_id lastname firstname role courtesy phone_private phone_work phone_mobile"
    " email email_work civil_status function employer activity_rate place_of_origin"
    " accounting_ref ref is_company street street2 zip city country_id name"
).split()
CHILD_FIELDS = (
    "kibe_id lastname firstname gender birthdate language_id registration_date"
    " authority_id status_id departure_date departure_reason street street2 zip city"
    " country_id name"
).split()
#: All that a delivery may write to a contact: what it has is not taken for empty.
CANDIDATE_FIELDS = (
    "ref name street street2 zip city country_id email function is_company".split()
)
LINK_FIELDS = (
    "child_id guardian_id role is_main is_secondary is_debtor lives_here".split()
)


class KibeImportSnapshot(models.AbstractModel):
    """What the plan knows of the database, read in one query for each table."""

    _name = "kibe.import.snapshot"
    _description = "What a Kibé Import Knows of the Database"

    # === LISTS AND STRUCTURE ===

    def _load_reference(self):
        """Return the editable lists and the groups of the company.

        :return: a core Reference
        """
        statuses = self._read_list("daycare.child.status")
        authorities = self._read_list("daycare.parental.authority")
        countries = self._read_list("res.country")
        return Reference(
            genders=self._folded("daycare.gender.label"),
            civil=self._folded("daycare.civil.label"),
            languages=self._folded("daycare.language"),
            statuses=self._combo(statuses),
            authorities=self._combo(authorities),
            localities={
                npa: (locality.name, locality.country_id.id)
                for npa, locality in self.env["daycare.locality"]._main_by_npa().items()
            },
            countries={country.code: country.id for country in countries},
            groups=self._load_groups(),
            max_rows=self._max_rows(),
            labels={
                **{("status_id", s.id): s.label for s in statuses},
                **{("authority_id", a.id): a.label for a in authorities},
                **{("country_id", c.id): c.name for c in countries},
                **{
                    ("language_id", language.id): language.label
                    for language in self._read_list("daycare.language")
                },
                **self._selection_labels("daycare.child", "gender"),
                **self._selection_labels("daycare.guardian", "courtesy"),
                **self._selection_labels("daycare.guardian", "civil_status"),
            },
        )

    def _max_rows(self):
        """Return from how many rows on a file is refused (C21)."""
        # sudo: a limit of the system is no secret
        parameters = self.env["ir.config_parameter"].sudo()
        return int(parameters.get_param("kibe_import.max_rows") or MAX_ROWS)

    def _read_list(self, model):
        """Return all entries of a short list."""
        return self.env[model].search(Domain.TRUE)

    def _folded(self, model):
        index = self.env[model]._label_index()
        return {text.fold(label): value for label, value in index.items()}

    def _combo(self, entries):
        """Return the look-up table of a combo: by code, or by a label.

        Labels count in each language in use: the files speak French, whatever the
        operator's language is.
        """
        index = {}
        for lang, _name in self.env["res.lang"].get_installed():
            for entry in entries.with_context(lang=lang):
                index.setdefault(text.fold(entry.label), entry.id)
        return {**index, **{entry.code: entry.id for entry in entries}}

    def _selection_labels(self, model, field):
        """Return {(field, key): label in the user's language} of a selection."""
        pairs = self.env[model]._fields[field]._description_selection(self.env)
        return {(field, key): label for key, label in pairs}

    def _load_groups(self):
        groups = self.env["daycare.group"].search(
            [("company_id", "=", self.company_id.id)]
        )
        return {group.code: self._core_group(group) for group in groups}

    def _core_group(self, group):
        slots = group.slot_ids.sorted("number")
        return Group(
            code=group.code,
            name=group.name,
            id=group.id,
            mode=group.mode,
            slots=tuple(
                Slot(
                    s.number,
                    to_minutes(s.hour_from),
                    to_minutes(s.hour_to),
                    s.id,
                    round(s.weight * 100),
                )
                for s in slots
            ),
            modules=tuple(
                tuple(sorted(module.slot_ids.mapped("number")))
                for module in group.module_ids
            ),
            policy=group.module_policy,
        )

    # === RECORDS ===

    def _load_base(self, found):
        """Return the stored records that a delivery may touch.

        :param Analysis found: the rows read
        :return: a core Base
        """
        base = Base()
        named = found.child_ids()
        base.absent = self._absent_children(found, named)
        children = self._read_by_kibe_id(
            "daycare.child", [*named, *base.absent], CHILD_FIELDS
        )
        self._load_links(base, children, found.person_ids())
        base.children = {
            row["kibe_id"]: Record(row["id"], row["name"], _values(row))
            for row in children
        }
        by_id = {row["id"]: row["kibe_id"] for row in children}
        self._load_candidates(base, found)
        self._load_incomes(base)
        self._load_billing(base, by_id)
        self._load_sectors(base, by_id)
        self._load_twins(base, found)
        base.invoiced = self._invoiced_months(by_id)
        return base

    def _absent_children(self, found, named):
        """Return the Kibé ids of children with running placements, not delivered.

        Kibé exports active children only: who left is simply not there any more.

        :param set named: ids of the children of the delivery
        :return: list, by name; empty where the delivery cannot tell
        """
        if not {"enfants", "prestations"} <= found.usable:
            return []
        running = self.env["daycare.sector"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("origin", "=", "kibe"),
                ("date_to", ">=", fields.Date.context_today(self)),
                ("child_id.kibe_id", "not in", [False, *named]),
            ]
        )
        children = running.child_id.sorted(lambda child: (child.name, child.id))
        return children.mapped("kibe_id")

    def _read_by_kibe_id(self, model, kibe_ids, names):
        return (
            self.env[model]
            .with_context(active_test=False)
            .search_read(
                [
                    ("company_id", "=", self.company_id.id),
                    ("kibe_id", "in", list(kibe_ids)),
                ],
                names,
                load="",
            )
        )

    def _load_links(self, base, children, person_ids):
        """Load the links of the children, then every guardian named or linked."""
        kids = {row["id"]: row["kibe_id"] for row in children}
        links = self.env["daycare.child.guardian"].search_read(
            [("child_id", "in", list(kids))], LINK_FIELDS, load=""
        )
        guardians = self._read_by_kibe_id(
            "daycare.guardian", person_ids, GUARDIAN_FIELDS
        )
        known = {row["id"] for row in guardians}
        missing = {link["guardian_id"] for link in links} - known
        guardians += (
            self.env["daycare.guardian"].browse(missing).read(GUARDIAN_FIELDS, load="")
        )
        keys = {row["id"]: row["kibe_id"] or f"#{row['id']}" for row in guardians}
        base.guardians = {
            keys[row["id"]]: Record(row["id"], row["name"], _values(row))
            for row in guardians
        }
        for link in links:
            record = Record(link["id"], "", _values(link))
            key = keys[link["guardian_id"]]
            base.links.setdefault(kids[link["child_id"]], {})[key] = record

    def _load_incomes(self, base):
        keys = {record.id: key for key, record in base.guardians.items()}
        for candidate in itertools.chain(*base.candidates.values()):
            if candidate.model == "daycare.guardian":
                keys[candidate.id] = f"#{candidate.id}"
        names = ["guardian_id", "date_from", "amount", "basis", "confidential"]
        pages = self.env["daycare.income"].search_read(
            [("guardian_id", "in", list(keys))], names, order="date_from", load=""
        )
        for page in pages:
            values = {
                "amount": exact(page["amount"], 2),
                "basis": page["basis"],
                "confidential": page["confidential"],
            }
            base.incomes.setdefault(keys[page["guardian_id"]], []).append(
                Page(page["id"], page["date_from"], values)
            )

    def _load_billing(self, base, by_id):
        keys = {record.id: key for key, record in base.guardians.items()}
        pages = self.env["daycare.billing.data"].search_read(
            [("child_id", "in", list(by_id))],
            ["child_id", "date_from", "debtor_id"],
            order="date_from",
            load="",
        )
        for page in pages:
            debtor = keys.get(page["debtor_id"], f"#{page['debtor_id']}")
            base.billing.setdefault(by_id[page["child_id"]], []).append(
                Page(page["id"], page["date_from"], {"debtor": debtor})
            )

    def _load_sectors(self, base, by_id):
        """Load the sector pages of the children with their lines and slots."""
        sectors = self.env["daycare.sector"].search_read(
            [("child_id", "in", list(by_id))],
            ["child_id", "group_id", "date_from", "date_to", "origin"],
            load="",
        )
        lines = self._load_sector_lines([row["id"] for row in sectors])
        groups = {
            group.id: self._core_group(group)
            for group in self.env["daycare.group"].browse(
                {row["group_id"] for row in sectors}
            )
        }
        for row in sectors:
            child = by_id[row["child_id"]]
            page = SectorPage(
                child,
                groups[row["group_id"]],
                row["date_from"],
                row["date_to"],
                None,
                lines.get(row["id"], []),
            )
            values = {"key": page.key, "page": page, "origin": row["origin"]}
            base.sectors.setdefault(child, []).append(
                Page(row["id"], row["date_from"], values)
            )

    def _load_sector_lines(self, sector_ids):
        """Return {sector id: list of core Lines}; one query, slots aggregated."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.sector_id, line.weekday, line.hour_from, line.hour_to,
                       line.kibe_code, line.mode,
                       array_remove(array_agg(slot.number ORDER BY slot.number), NULL)
                  FROM daycare_sector_line line
             LEFT JOIN daycare_sector_line_slot_rel rel ON rel.line_id = line.id
             LEFT JOIN daycare_slot slot ON slot.id = rel.slot_id
                 WHERE line.sector_id = ANY(%s)
              GROUP BY line.id
              ORDER BY line.id
                """,
                list(sector_ids),
            )
        )
        lines = {}
        for sector, weekday, begin, end, code, mode, numbers in rows:
            free = not end
            lines.setdefault(sector, []).append(
                Line(
                    weekday,
                    tuple(numbers),
                    None if free else to_minutes(begin),
                    None if free else to_minutes(end),
                    (code or "").split(" + ") if code else [],
                    mode,
                )
            )
        return lines

    def _load_candidates(self, base, found):
        """Find the contacts that accounting ids point to (I10, I11)."""
        refs = list(found.accounting_refs())
        company = self.company_id
        guardians = self.env["daycare.guardian"].search_read(
            [
                ("company_id", "=", company.id),
                ("kibe_id", "=", False),
                "|",
                ("accounting_ref", "in", refs),
                ("ref", "in", refs),
            ],
            GUARDIAN_FIELDS,
            load="",
        )
        partners = self.env["res.partner"].search_read(
            [
                ("ref", "in", refs),
                ("company_id", "in", (False, company.id)),
                ("parent_id", "=", False),
            ],
            CANDIDATE_FIELDS,
            load="",
        )
        # an archived file holds its contact, too
        files = self.env["daycare.guardian"].with_context(active_test=False)
        taken = files.search([("partner_id", "in", [row["id"] for row in partners])])
        taken = set(taken.partner_id.ids)
        kept = [row for row in partners if row["id"] not in taken]
        for model, rows in (("daycare.guardian", guardians), ("res.partner", kept)):
            for row in rows:
                ref = row.get("accounting_ref") or row["ref"]
                candidate = Candidate(model, row["id"], row["name"], _values(row))
                base.candidates.setdefault(ref, []).append(candidate)
        base.chosen = {
            choice.name: ("res.partner", choice.partner_id.id)
            for choice in self._correspondences("contact")
        }

    def _load_twins(self, base, found):
        """Find records without Kibé id that look the same (E19)."""
        without = [("company_id", "=", self.company_id.id), ("kibe_id", "=", False)]
        rows = found.rows.get("enfants", ())
        dates = {row.get("birthdate") for row in rows} - {None}
        children = self.env["daycare.child"].search_read(
            [*without, ("birthdate", "in", list(dates))],
            ["firstname", "lastname", "birthdate", "display_name"],
        )
        for child in children:
            name = text.fold(f"{child['firstname'] or ''} {child['lastname']}")
            twin = Record(child["id"], child["display_name"], {})
            base.child_twins[name, child["birthdate"]] = twin
        guardians = self.env["daycare.guardian"].search_read(
            [*without, ("email", "!=", False)], ["email", "display_name"]
        )
        emails = found.emails()
        for guardian in guardians:
            email = guardian["email"].lower()
            if email in emails:
                twin = Record(guardian["id"], guardian["display_name"], {})
                base.guardian_twins[email] = twin

    def _invoiced_months(self, by_id):
        """Return the months already invoiced, where invoicing is installed (P27).

        :param dict by_id: child id → Kibé id
        :return: Kibé id → set of (year, month)
        """
        months = {}
        if "daycare.billing.line" not in self.env:
            return months
        lines = self.env["daycare.billing.line"].search_read(
            [("child_id", "in", list(by_id)), ("billing_state", "=", "billed")],
            ["child_id", "month"],
            load="",
        )
        for line in lines:
            month = (line["month"].year, line["month"].month)
            months.setdefault(by_id[line["child_id"]], set()).add(month)
        return months


def _values(row):
    """Return the filled values of a record read: empty ones are left out."""
    values = {
        field: value
        for field, value in row.items()
        if value not in (False, None, "") and field not in ("id", "name", "kibe_id")
    }
    if "activity_rate" in row:
        values["activity_rate"] = exact(row["activity_rate"])
    return values
