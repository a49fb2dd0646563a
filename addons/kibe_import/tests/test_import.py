from datetime import date

from ..core.issue import Issue
from .common import ENTITIES, SAMPLES, V1, KibeImportCommon, edited


class TestKibeImport(KibeImportCommon):
    def assert_first_delivery(self):
        """The records are those of the expected preview, with their values."""
        for key, expected in V1["values"].items():
            kind, kibe_id = key.split()
            if kind == "guardian":
                self.assert_guardian(self.guardian(kibe_id), expected)
            else:
                self.assert_child(self.child(kibe_id), expected)

    def assert_guardian(self, guardian, expected):
        for field, value in expected.items():
            if field == "country":
                self.assertEqual(guardian.country_id.code, value)
            elif field == "income":
                pages = [
                    [str(page.date_from), page.amount, page.confidential]
                    for page in guardian.income_ids
                ]
                self.assertEqual(pages, value)
            else:
                self.assertEqual(guardian[field], value, f"{guardian.kibe_id} {field}")

    def assert_child(self, child, expected):
        links = child.guardian_link_ids
        debtor = links.filtered("is_debtor").guardian_id
        found = {
            "language": child.language_id.code,
            "authority": child.authority_id.code,
            "status": child.status_id.code,
            "main": child.main_guardian_id.kibe_id,
            "debtor": debtor.kibe_id,
            "links": {
                link.guardian_id.kibe_id: [
                    link.role,
                    "main" if link.is_main else "debtor",
                ]
                for link in links
            },
            "sector": [self.sector(page) for page in child.sector_ids],
        }
        for field, value in expected.items():
            actual = found[field] if field in found else child[field]
            actual = str(actual) if isinstance(actual, date) else actual
            self.assertEqual(actual, value, f"{child.kibe_id} {field}")
        self.assertEqual(child.billing_data_ids.debtor_id, debtor)
        self.assertEqual(child.billing_data_ids.date_from, date(2021, 1, 1))

    def sector(self, page):
        week = {
            line.weekday: sorted(line.slot_ids.mapped("number"))
            for line in page.line_ids
        }
        return [page.group_id.code, str(page.date_from), str(page.date_to), week]

    def test_test_writes_nothing(self):
        before = self.counts()
        partners = self.env["res.partner"].search_count([])
        self.env.flush_all()
        run = self.prepare("kibe_sample.zip")
        sequence = self.env.ref("kibe_import.sequence_kibe_import").number_next_actual
        mails = self.env["mail.mail"].search_count([])
        run.action_run()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.counts(), before)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(
            self.env.ref("kibe_import.sequence_kibe_import").number_next_actual,
            sequence,
        )

    def test_first_delivery_from_every_container(self):
        for name in (
            "kibe_sample.zip",
            "kibe_sample_contrats9.zip",
            "kibe_sample_workbook.zip",
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.assert_create_follows_test(name)
                self.assert_first_delivery()
                savepoint.close(rollback=True)

    def assert_create_follows_test(self, name, operation="create"):
        before = self.counts()
        test = self.run_import(name)
        run = self.run_import(name, operation)
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(test.counters, run.counters)
        self.assertEqual(self.messages(test), self.messages(run))
        after = self.counts()
        for entity in ENTITIES:
            row = run.counters[entity]
            self.assertEqual(
                after[entity] - before[entity],
                row.get("created", 0) - row.get("deleted", 0),
                entity,
            )

    def messages(self, run):
        return sorted(
            (m.code, m.file or "", m.row, m.text)
            for m in run.exchange_message_ids
            if m.code != "U04"
        )

    def test_workbook_alone_takes_the_mapping_of_the_last_import(self):
        for name in ("kibe_sample.xls", "kibe_sample.xlsx"):
            self.assertIn("Z13", self.codes(self.run_import(name, "create")))
        first = self.run_import("kibe_sample.zip", "create")
        first.action_undo()
        for name in ("kibe_sample.xls", "kibe_sample.xlsx"):
            run = self.run_import(name, "create")
            self.assertEqual(run.state, "done", run.refusal)
            self.assert_first_delivery()
            run.action_undo()

    def test_workbook_with_mappings_beside_it(self):
        import base64
        import zipfile

        with zipfile.ZipFile(SAMPLES / "kibe_sample.zip") as archive:
            mappings = {
                f"{key}_file": base64.b64encode(archive.read(f"{key}.xml"))
                for key in ("groups", "slots")
            }
        run = self.run_import("kibe_sample.xlsx", "create", **mappings)
        self.assertEqual(run.state, "done", run.refusal)
        self.assert_first_delivery()

    def test_expected_messages(self):
        run = self.run_import("kibe_sample.zip", "create")
        letters = {"warning": "W", "info": "I"}
        found = {"W": {}, "I": {}}
        for message in run.exchange_message_ids.filtered(lambda m: m.code[0] != "U"):
            row = found[letters[message.severity]]
            row[message.code] = row.get(message.code, 0) + 1
        self.assertEqual(found, V1["issues"])
        self.assertEqual(run.details["rows"]["ignored"], V1["mode2"]["rows_ignored"])

    def test_again_changes_nothing(self):
        self.run_import("kibe_sample.zip", "create")
        self.env.flush_all()
        before, stamps = self.counts(), self.stamps()
        for operation, action in (("create", "skipped"), ("overwrite", "unchanged")):
            run = self.run_import("kibe_sample.zip", operation)
            self.assertEqual(run.state, "done")
            self.assertIn("U04", self.codes(run))
            for entity in ("guardian", "child", "link", "income", "billing_data"):
                self.assertEqual(set(run.counters[entity]), {action})
            self.assertEqual(run.counters["sector"]["identical"], 1)
            self.assertEqual(self.counts(), before)
            self.assertEqual(self.stamps(), stamps)

    def test_labels_of_combos_in_french_whatever_the_operators_language(self):
        raw = edited(("enfants", 3, 8, "Les deux parents"), ("enfants", 3, 9, "actif"))
        english = self.env(context=dict(self.env.context, lang="en_US")).user
        run = self.run_import(raw, "create", english)
        self.assertEqual(run.state, "done", run.refusal)
        child = self.child("11110")
        self.assertEqual((child.authority_id.code, child.status_id.code), ("1", "30"))

    def test_choices_are_told_in_the_users_language(self):
        self.run_import("kibe_sample.zip", "create")
        second = edited(("intervenantsdata", 2, 2, "Monsieur"))
        run = self.run_import(second, "create", self.clerk)
        courtesy = self.env["daycare.guardian"]._fields["courtesy"]
        label = dict(courtesy._description_selection(run.env))["mister"]
        texts = run.exchange_message_ids.mapped("text")
        self.assertIn(f"«\u00a0{label}\u00a0»", " ".join(texts))
        self.assertNotIn("«\u00a0mister\u00a0»", " ".join(texts))

    def test_new_guardians_are_written_to_in_the_centres_language(self):
        english = self.env(context=dict(self.env.context, lang="en_US")).user
        self.company.partner_id.lang = "fr_FR"
        self.run_import("kibe_sample.zip", "create", english)
        guardians = self.env["daycare.guardian"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertIn("third_party", guardians.mapped("role"))
        self.assertEqual(set(guardians.mapped("lang")), {"fr_FR"})

    def test_language_of_the_operator_where_the_centre_has_none(self):
        self.company.partner_id.lang = False
        run = self.prepare("kibe_sample.zip", "create", self.clerk)
        run.with_context(lang="en_US").action_run()
        guardians = self.env["daycare.guardian"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(set(guardians.mapped("lang")), {"fr_FR"})

    def stamps(self):
        """Return the identity and last change of every business record."""
        return {
            entity: [
                (record.id, record.write_date)
                for record in self.env[model].search(
                    [("company_id", "=", self.company.id)]
                )
            ]
            for entity, model in ENTITIES.items()
        }

    def test_overwrite_replaces_and_blank_keeps(self):
        self.run_import("kibe_sample.zip", "create")
        second = edited(
            ("intervenantsdata", 2, 2, "Monsieur"),
            ("intervenantsdata", 2, 3, "???"),
            ("intervenantsdata", 2, 9, ""),
            ("enfants", 2, 4, ""),
            ("enfants", 3, 2, "Winter"),
            ("intervenants", 3, 17, "999999"),
            ("prestations", 3, 8, "me"),
        )
        generated = self.run_import(second, "create", date_journal="2021-02-01")
        self.assertEqual(generated.state, "done", generated.refusal)
        self.assertEqual(self.child("11110").lastname, "Summer")
        self.assertIn("S02", self.codes(generated))
        weekdays = self.child("10000").sector_ids.line_ids.mapped("weekday")
        self.assertEqual(weekdays, ["mon", "wed", "thu", "fri"])

        run = self.run_import(second, "overwrite", date_journal="2021-02-01")
        self.assertEqual(run.state, "done", run.refusal)
        mother = self.guardian("1001")
        self.assertEqual(mother.role, "father")
        self.assertEqual(mother.phone_private, "???")
        self.assertEqual(mother.function, "Boulangère")
        self.assertEqual(mother.child_link_ids.role, "mother")
        self.assertEqual(self.child("10000").gender, "female")
        self.assertEqual(self.child("11110").lastname, "Winter")
        page = self.guardian("1110").income_ids.filtered("confidential")
        self.assertEqual((page.amount, page.raw_value), (0, "999999"))
        self.assertEqual(str(page.date_from), "2021-02-01")

    def test_contact_of_the_accounting_is_attached(self):
        partner = self.env["res.partner"].create(
            {"name": "Summer Etienne", "ref": "29874", "company_id": self.company.id}
        )
        run = self.run_import("kibe_sample.zip", "create")
        self.assertIn("I10", self.codes(run))
        self.assertEqual(self.guardian("1110").partner_id, partner)
        self.assertEqual(self.guardian("1110").street, "Avenue des pavillons gris")

    def test_address_of_the_debtor(self):
        self.company.kibe_address_mode = "2"
        run = self.run_import("kibe_sample.zip", "create")
        self.assertIn("T08", self.codes(run))
        child = self.child("10000")
        self.assertEqual(child.street, "Département financier")
        home = child.guardian_link_ids.filtered("lives_here").guardian_id
        self.assertEqual(home.kibe_id, "1003")

    def test_address_of_the_guardian(self):
        self.company.kibe_address_mode = "3"
        self.run_import("kibe_sample.zip", "create")
        home = self.child("10000").guardian_link_ids.filtered("lives_here")
        self.assertEqual(home.guardian_id.kibe_id, "1001")

    def test_counters_hold_entities_only(self):
        run = self.run_import("kibe_sample.zip", "create")
        self.assertEqual(set(run.counters), set(ENTITIES))

    def test_same_record_from_test_to_import(self):
        run = self.run_import("kibe_sample.zip")
        run.action_run()
        self.assertFalse(run.imported)
        run.operation = "create"
        run.action_run()
        self.assertEqual((run.state, run.imported), ("done", True))
        self.assertEqual(self.child("10000").lastname, "Mory")

    def test_annual_incomes(self):
        run = self.run_import("kibe_sample.zip", "create", income_basis="annual")
        self.assertIn("I14", self.codes(run))
        self.assertEqual(self.guardian("1001").income_ids.basis, "annual")

    def test_messages_take_linear_time(self):
        """Each message of a test is compared with the others once, not with each."""
        cells = [("enfants", row, c) for row in (2, 3) for c in (2, 3, 11, 13, 14)]
        cells += [("intervenantsdata", 2, column) for column in (3, 4, 5, 6, 7, 9, 12)]
        self.run_import("kibe_sample.zip", "create")
        hashed = []
        original = Issue.__hash__

        def counting(issue):
            hashed.append(issue)
            return original(issue)

        self.patch(Issue, "__hash__", counting)
        run = self.run_import(edited(*[(*cell, "???") for cell in cells]))
        self.assertGreaterEqual(len(run.exchange_message_ids), 2 * len(cells))
        self.assertLessEqual(len(hashed), 3 * len(run.exchange_message_ids))
