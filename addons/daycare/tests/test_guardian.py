from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import DaycareCommon


class TestGuardian(DaycareCommon):
    def test_file_delegates_to_a_contact_of_its_company(self):
        partner = self.mother.partner_id
        self.assertEqual(partner.name, "Mary Mory")
        self.assertEqual(partner.company_id, self.company)
        self.assertEqual(partner.email, "mary@example.org")
        self.assertFalse(partner.is_company)
        self.mother.street = "Route de la gare 1"
        self.assertEqual(partner.street, "Route de la gare 1")

    def test_organisation_is_named_last_name_first(self):
        third_party = self.Guardian.create(
            {
                "lastname": "Aide financière",
                "firstname": "Commune de Martigny",
                "is_company": True,
                "role": "third_party",
            }
        )
        self.assertEqual(third_party.name, "Aide financière Commune de Martigny")
        self.assertTrue(third_party.partner_id.is_company)

    def test_new_contact_is_written_to_in_the_language_of_its_centre(self):
        """Odoo's default is the database's, and parents would get English invoices."""
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        self.env["ir.default"].sudo().set("res.partner", "lang", "en_US")
        self.company.partner_id.sudo().lang = "fr_FR"
        made = self.Guardian.create([{"lastname": "Perret"}, {"lastname": "Roy"}])
        form = Form(self.Guardian)
        form.lastname = "Favre"
        made |= form.save()
        made |= self.Guardian.create({"lastname": "Meier", "lang": "en_US"})
        self.assertEqual(
            made.mapped("lang"), ["fr_FR", "fr_FR", "fr_FR", "en_US"], "what is given"
        )

    def test_private_data_is_not_on_the_contact(self):
        contact_fields = set(self.env["res.partner"]._fields)
        private = {"civil_status", "employer", "activity_rate", "place_of_origin"}
        private |= {"phone_private", "phone_work", "phone_mobile", "income_ids"}
        self.assertFalse(private & contact_fields)

    def test_contact_shows_the_first_phone(self):
        self.assertEqual(self.mother.partner_id.phone, "079 547 89 87")
        self.mother.phone_mobile = False
        self.assertEqual(self.mother.partner_id.phone, "026 547 89 89")
        self.mother.write({"phone_private": False, "phone_work": "076 547 89 88"})
        self.assertEqual(self.mother.partner_id.phone, "076 547 89 88")

    def test_a_marker_is_no_phone(self):
        self.mother.phone_mobile = "???"
        self.assertEqual(self.mother.partner_id.phone, "026 547 89 89")
        self.mother.write({"phone_private": "aucun", "phone_work": False})
        self.assertFalse(self.mother.partner_id.phone)
        new = self.Guardian.create(
            {"lastname": "Roy", "phone_mobile": "-", "phone_work": "022 361 11 22"}
        )
        self.assertEqual(new.partner_id.phone, "022 361 11 22")

    def test_phone_written_on_the_contact_itself_stays(self):
        self.mother.write({"phone": "021 000 00 00", "phone_work": "1"})
        self.assertEqual(self.mother.partner_id.phone, "021 000 00 00")

    def test_name_follows_on_the_contact(self):
        self.mother.lastname = "Mory-Favre"
        self.assertEqual(self.mother.partner_id.name, "Mary Mory-Favre")

    def test_accounting_id_fills_an_empty_reference_only(self):
        self.mother.accounting_ref = "51251"
        self.assertEqual(self.mother.partner_id.ref, "51251")
        self.mother.accounting_ref = "51252"
        self.assertEqual(self.mother.partner_id.ref, "51251")

    def test_existing_contact_is_attached_unchanged(self):
        partner = self.env["res.partner"].create(
            {"name": "Summer Etienne", "ref": "29874", "phone": "1"}
        )
        guardian = self.Guardian.create(
            {
                "partner_id": partner.id,
                "lastname": "Summer",
                "firstname": "Etienne",
                "accounting_ref": "29874",
            }
        )
        self.assertEqual(guardian.partner_id, partner)
        self.assertEqual(partner.name, "Summer Etienne")
        self.assertEqual(partner.phone, "1")

    def test_one_file_per_contact(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.Guardian.create(
                {"partner_id": self.mother.partner_id.id, "lastname": "Again"}
            )

    def test_kibe_id_is_unique_in_the_company_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        Guardian = self.Guardian.with_context(
            allowed_company_ids=(self.company | other).ids
        )
        Guardian.create(
            {"lastname": "Mory", "kibe_id": "91001", "company_id": other.id}
        )
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            Guardian.create({"lastname": "Twin", "kibe_id": "91001"})

    def test_files_without_kibe_id_do_not_clash(self):
        guardians = self.Guardian.create([{"lastname": "A"}, {"lastname": "B"}])
        self.assertEqual(guardians.mapped("kibe_id"), [False, False])

    def test_activity_rate_is_a_percentage(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.mother.activity_rate = 150
            self.env.flush_all()

    def test_contact_with_a_file_cannot_be_deleted(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.mother.partner_id.unlink()

    def test_batch_takes_a_constant_number_of_queries(self):
        def batch(prefix, size):
            vals_list = [
                {
                    "lastname": f"{prefix}{number}",
                    "firstname": "Parent",
                    "kibe_id": f"{prefix}{number}",
                    "email": f"{prefix}{number}@example.org",
                    "phone_mobile": "079 000 00 00",
                    "zip": "1920",
                }
                for number in range(size)
            ]
            before = self.env.cr.sql_log_count
            self.Guardian.create(vals_list)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        batch("7", 20)
        small, large = batch("8", 20), batch("9", 80)
        self.assertLessEqual(large, small + 5)

    def test_batch_keeps_its_order(self):
        names = ["C", "A", "B"]
        guardians = self.Guardian.create([{"lastname": name} for name in names])
        self.assertEqual(guardians.mapped("lastname"), names)
        self.assertEqual(guardians.partner_id.mapped("name"), names)

    def test_creation_is_told_once(self):
        guardian = self.Guardian.with_context(tracking_disable=False).create(
            {"lastname": "Solo"}
        )
        self.assertEqual(len(guardian.message_ids), 1)
        self.assertFalse(guardian.partner_id.message_ids)

    def test_postcode_fills_town_and_country(self):
        with Form(self.mother) as form:
            form.zip = "1920"
            self.assertEqual(form.city, "Martigny")
            self.assertEqual(form.country_id, self.env.ref("base.ch"))

    def test_unknown_postcode_leaves_the_town(self):
        self.mother.city = "Annecy"
        with Form(self.mother) as form:
            form.zip = "74000"
            self.assertEqual(form.city, "Annecy")

    def test_search_by_either_identifier(self):
        Guardian = self.Guardian
        number = self.mother.dossier_id
        self.assertEqual(number, self.mother.id)
        self.assertEqual(Guardian.search([("dossier_id", "=", number)]), self.mother)
        self.assertEqual(
            Guardian.search([("dossier_id", "=", str(number))]), self.mother
        )
        self.assertFalse(Guardian.search([("dossier_id", "=", "Mory")]))
        mine = [("company_id", "=", self.company.id)]
        later = Guardian.search([*mine, ("dossier_id", ">", number)])
        self.assertEqual(
            later.ids, [i for i in Guardian.search(mine).ids if i > number]
        )
        others = Guardian.search([*mine, ("dossier_id", "!=", number)])
        self.assertEqual(others, Guardian.search(mine) - self.mother)
        self.assertEqual(Guardian.search([("kibe_id", "=", 91001)]), self.mother)
        self.assertEqual(Guardian.name_search("91001")[0][0], self.mother.id)

    def test_copy_has_a_contact_of_its_own(self):
        self.mother.street = "Route de la gare 1"
        twin = self.mother.copy({"firstname": "Anna"})
        self.assertNotEqual(twin.partner_id, self.mother.partner_id)
        self.assertEqual(twin.partner_id.street, "Route de la gare 1")
        self.assertFalse(twin.kibe_id)

    def test_file_is_opened_from_the_contact(self):
        partner = self.mother.partner_id
        self.assertEqual(partner.daycare_guardian_ids, self.mother)
        action = partner.action_view_daycare_guardian()
        self.assertEqual(action["res_id"], self.mother.id)

    def test_deleting_a_file_leaves_its_contact(self):
        partner = self.mother.partner_id
        self.mother.unlink()
        self.assertTrue(partner.exists())

    def test_contact_is_opened_from_the_file(self):
        action = self.mother.action_view_partner()
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(action["res_id"], self.mother.partner_id.id)

    def test_contact_goes_with_its_file_to_another_company(self):
        other = self.env["res.company"].create({"name": "Autre crèche"})
        self.mother.company_id = other
        self.assertEqual(self.mother.partner_id.company_id, other)
        shared = self.Guardian.create(
            {
                "lastname": "Partagé",
                "partner_id": self.env["res.partner"].create({"name": "Partagé"}).id,
            }
        )
        shared.company_id = other
        self.assertFalse(shared.partner_id.company_id, "of all companies it stays")

    def test_guardian_of_a_child_stays_in_the_company(self):
        self.Link.create({"child_id": self.child.id, "guardian_id": self.mother.id})
        other = self.env["res.company"].create({"name": "Autre crèche"})
        with self.assertRaisesRegex(UserError, "(?i)compan"):
            self.mother.company_id = other

    def test_children_of_a_guardian(self):
        self.Link.create({"child_id": self.child.id, "guardian_id": self.mother.id})
        self.assertEqual(self.mother.child_count, 1)
        action = self.mother.action_view_children()
        self.assertEqual(self.Child.search(action["domain"]), self.child)

    def test_look_up_by_kibe_id_finds_archived_files(self):
        self.mother.active = False
        found = self.Guardian._by_kibe_id(["91001", "91002"], self.company)
        self.assertEqual(found, {"91001": self.mother})
