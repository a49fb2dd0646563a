from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import KibeImportCommon, edited


@tagged("post_install", "-at_install")
class TestKibeAttach(KibeImportCommon):
    """A file typed by hand is the one that the delivery brings (E19, I11)."""

    def melody(self, **values):
        """Return a file like that of the child 10000 of the sample."""
        return self.env["daycare.child"].create(
            {
                "firstname": "Melody",
                "lastname": "MORY",
                "birthdate": self.birthdate(),
                "company_id": self.company.id,
                **values,
            }
        )

    def birthdate(self):
        run = self.run_import("kibe_sample.zip")
        [line] = run.line_ids.filtered(lambda li: li.key == "10000")[:1]
        return line.after["birthdate"]

    def message(self, run, code="E19"):
        return run.exchange_message_ids.filtered(lambda m: m.code == code)[:1]

    def opened(self, message, user=None):
        """Return the dialog that the message opens, as the clerk."""
        self.assertTrue(message.kibe_fixable)
        action = message.action_kibe_fix()
        model = self.env[action["res_model"]].with_user(user or self.clerk)
        return Form(model.with_context(**action["context"]))

    def test_duplicate_child_is_attached_then_updated(self):
        melody = self.melody()
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        self.assertEqual(run.counters["child"], {"created": 2})
        dialog = self.opened(self.message(run))
        self.assertEqual(
            (dialog.kibe_id, dialog.delivered_name, dialog.child_id),
            ("10000", "Melody Mory", melody),
        )
        self.assertEqual(dialog.delivered_birthdate, dialog.child_birthdate)
        self.assertEqual(dialog.child_dossier, melody.id)
        dialog.save().action_attach()
        self.assertEqual(melody.kibe_id, "10000")
        self.assertIn(run.name, melody.message_ids[0].body)
        run.action_test()
        self.assertNotIn("E19", self.codes(run))
        run.confirm_warnings = True
        run.action_overwrite()
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(run.counters["child"], {"created": 1, "updated": 1})
        self.assertEqual(self.child("10000"), melody)
        self.assertEqual(melody.lastname, "Mory")
        self.assertEqual(len(melody.sector_ids), 1)

    def test_duplicate_guardian_is_attached(self):
        email = self.run_import("kibe_sample.zip").line_ids.filtered(
            lambda li: li.entity == "guardian" and li.key == "1001"
        )
        guardian = self.env["daycare.guardian"].create(
            {
                "lastname": "Mory",
                "email": email.after["email"].upper(),
                "company_id": self.company.id,
            }
        )
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        dialog = self.opened(self.message(run))
        self.assertEqual((dialog.kibe_id, dialog.guardian_id), ("1001", guardian))
        self.assertEqual(dialog.delivered_email.upper(), dialog.guardian_email)
        dialog.save().action_attach()
        run.action_test()
        self.assertNotIn("E19", self.codes(run))
        self.assertEqual(run.counters["guardian"], {"created": 3, "skipped": 1})

    def test_one_of_several_files_is_chosen(self):
        payers = self.env["daycare.guardian"].create(
            [
                {
                    "lastname": name,
                    "role": "third_party",
                    "accounting_ref": "29874",
                    "company_id": self.company.id,
                }
                for name in ("Aide", "Aide financière")
            ]
        )
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        message = self.message(run, "I11")
        model = self.env["kibe.attach"].with_user(self.clerk)
        untouched = model.create({"message_id": message.id})
        self.assertFalse(untouched.guardian_id)
        self.assertEqual(untouched.delivered_place, "intervenants.csv / 3")
        dialog = self.opened(message)
        self.assertIn("29874", dialog.text)
        dialog.guardian_id = payers[1]
        dialog.save().action_attach()
        run.action_test()
        self.assertNotIn("I11", self.codes(run))
        self.assertEqual(payers[1].kibe_id, "1110")

    def contacts(self, **values):
        """Return two contacts of the accounting software, without guardian's files."""
        return self.env["res.partner"].create(
            [{"name": name, "ref": "29874", **values} for name in ("Summer", "Somer")]
        )

    def test_one_of_several_contacts_is_chosen(self):
        contacts = self.contacts()
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        dialog = self.opened(self.message(run, "I11"))
        self.assertEqual((dialog.kibe_id, dialog.accounting_ref), ("1110", "29874"))
        self.assertEqual(dialog.delivered_name, "Etienne Summer")
        dialog.partner_id = contacts[0]
        dialog.save().action_attach()
        self.assertFalse(contacts.daycare_guardian_ids, "nothing is written before")
        dialog = self.opened(self.message(run, "I11"))
        dialog.partner_id = contacts[1]
        dialog.save().action_attach()
        run.action_test()
        self.assertNotIn("I11", self.codes(run))
        self.assertEqual(run.counters["guardian"], {"created": 3, "attached": 1})
        run.confirm_warnings = True
        run.action_generate()
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(self.guardian("1110").partner_id, contacts[1])
        self.assertFalse(contacts[0].daycare_guardian_ids)
        run.with_user(self.env.ref("base.user_root")).action_undo()
        self.assertEqual(contacts.exists(), contacts)
        self.assertFalse(contacts.daycare_guardian_ids)

    def test_contact_that_does_not_fit_is_refused(self):
        self.contacts()
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        dialog = self.opened(self.message(run, "I11"))
        dialog.partner_id = other = self.env["res.partner"].search(
            [("ref", "=", "29874")], limit=1
        )
        wizard = dialog.save()
        other.ref = "1"
        with self.assertRaisesRegex(UserError, "the accounting ID «29874»"):
            wizard.action_attach()
        other.ref = "29874"
        self.env["daycare.guardian"].create(
            {
                "lastname": "Autre",
                "partner_id": other.id,
                "company_id": self.company.id,
                "active": False,
            }
        )
        with self.assertRaisesRegex(UserError, "has a guardian's file already"):
            wizard.action_attach()
        self.assertFalse(self.env["kibe.correspondence"].search([]))

    def test_couple_with_one_accounting_id_is_imported(self):
        contact = self.env["res.partner"].create({"name": "Mory", "ref": "777"})
        couple = edited(("intervenants", 2, 8, "777"), ("intervenants", 2, 16, "777"))
        run = self.run_import(couple, "create", user=self.clerk)
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(self.guardian("1001").partner_id, contact)
        self.assertEqual(self.guardian("1002").accounting_ref, "777")

    def test_file_that_is_attached_keeps_its_pages_and_links(self):
        self.run_import("kibe_sample.zip", "create")
        file, child = self.guardian("1110"), self.child("11110")
        file.kibe_id = False
        before = self.counts()
        for operation in ("create", "overwrite"):
            run = self.run_import("kibe_sample.zip", operation, user=self.clerk)
            self.assertEqual(run.state, "done", run.refusal)
            self.assertEqual(self.guardian("1110"), file)
            self.assertEqual(self.counts(), before)
            self.assertEqual(child.guardian_link_ids.guardian_id, file)
            self.assertEqual(child.billing_data_ids.debtor_id, file)
            run.with_user(self.env.ref("base.user_root")).action_undo()
            self.assertFalse(file.kibe_id)

    def test_undo_gives_the_attached_debtor_back(self):
        self.run_import("kibe_sample.zip", "create")
        file, child = self.guardian("1110"), self.child("11110")
        file.kibe_id = False
        change = edited(
            ("contrats", 3, 1, "11110"),
            ("contrats", 3, 2, "1110"),
            ("contrats", 3, 4, "1003"),
        )
        run = self.run_import(change, "overwrite")
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(child.billing_data_ids.debtor_id, self.guardian("1003"))
        run.action_undo()
        self.assertEqual(child.billing_data_ids.debtor_id, file)
        self.assertFalse(file.kibe_id)

    def test_archived_file_keeps_its_contact(self):
        file = self.env["daycare.guardian"].create(
            {"lastname": "Ancien", "ref": "29874", "company_id": self.company.id}
        )
        file.active = False
        run = self.run_import("kibe_sample.zip", "create", user=self.clerk)
        self.assertEqual(run.state, "done", run.refusal)
        self.assertNotEqual(self.guardian("1110").partner_id, file.partner_id)

    def test_id_in_use_is_refused(self):
        melody = self.melody()
        run = self.run_import("kibe_sample.zip")
        wizard = self.opened(self.message(run)).save()
        other = self.melody(firstname="Mélodie", kibe_id="10000", active=False)
        with self.assertRaisesRegex(UserError, "belongs to Mélodie MORY"):
            wizard.action_attach()
        other.kibe_id, melody.kibe_id = False, "77"
        with self.assertRaisesRegex(UserError, "the Kibé ID 77 already"):
            wizard.action_attach()
        self.assertEqual(melody.kibe_id, "77")

    def test_nothing_chosen_is_refused(self):
        melody = self.melody()
        run = self.run_import("kibe_sample.zip")
        wizard = self.opened(self.message(run)).save()
        wizard.child_id = False
        with self.assertRaisesRegex(UserError, "Choose the file"):
            wizard.action_attach()
        self.assertFalse(melody.kibe_id)

    def test_file_of_another_company_is_refused(self):
        self.melody()
        message = self.message(self.run_import("kibe_sample.zip"))
        other = self.env["res.company"].create({"name": "Autre crèche"})
        foreign = self.melody(company_id=other.id)
        self.env.user.company_ids |= other
        model = self.env["kibe.attach"].with_context(
            allowed_company_ids=(self.company | other).ids
        )
        with self.assertRaisesRegex(UserError, "(?i)compan"):
            model.create({"message_id": message.id, "child_id": foreign.id})
        self.assertFalse(foreign.kibe_id)

    def test_message_of_another_company_says_nothing(self):
        self.melody()
        message = self.message(self.run_import("kibe_sample.zip"))
        other = self.env["res.company"].create({"name": "Autre crèche"})
        stranger = new_test_user(
            self.env,
            "kibe-stranger",
            "kibe_import.group_kibe_import_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        model = self.env["kibe.attach"].with_user(stranger)
        with self.assertRaises(AccessError):
            model.with_context(allowed_company_ids=other.ids).create(
                {"message_id": message.id}
            ).read(["text", "kibe_id"])

    def test_rights_of_the_import_are_needed(self):
        melody = self.melody()
        run = self.run_import("kibe_sample.zip")
        message = self.message(run)
        office = new_test_user(
            self.env,
            "kibe-office",
            "daycare.group_daycare_office",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        model = self.env["kibe.attach"].with_user(office)
        with self.assertRaises(AccessError):
            model.create({"message_id": message.id})
        wizard = self.opened(message).save()
        with self.assertRaises(AccessError):
            wizard.with_user(office).action_attach()
        self.assertFalse(melody.kibe_id)
