"""Every page, as everybody."""

import io

from odoo import http
from odoo.tests import HttpCase, mute_logger, tagged

from .common import PDF, PortalCommon

EVERYBODY = ("mother", "father", "stranger", "commune", "foreigner", "employee", None)
#: page: who gets it; all others are told that it does not exist
OWN = {
    "/my/children/{melody}": ("mother", "father"),
    "/my/children/{tom}": ("father",),
    "/my/children/{alien}": ("stranger",),
    "/my/children/{foreign}": ("foreigner",),
    "/my/children/999999": (),
    "/my/attestations/2021": ("mother", "father", "stranger"),
    "/my/attestations/2020": (),
    "/my/incomes": ("mother", "father", "stranger", "foreigner"),
}
#: pages that everybody who is logged in has, with what is his
SHARED = {
    "/my/children": {
        "mother": {"Melody"},
        "father": {"Melody", "Tom"},
        "stranger": {"Alien"},
        "commune": set(),
        "foreigner": {"Fay"},
        "employee": set(),
    },
}
NAMES = {"Melody", "Tom", "Alien", "Fay"}


@tagged("post_install", "-at_install")
class TestDoors(PortalCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bills = cls._bill(post=True).move_ids
        journal = cls.company_data["default_journal_bank"].with_env(cls.env(su=True))
        for bill in cls.bills.sudo():
            cls.env(su=True)["account.payment.register"].with_context(
                active_model="account.move", active_ids=bill.ids
            ).create({"journal_id": journal.id})._create_payments()

    def bill(self, guardian):
        return self.bills.filtered(lambda m: m.partner_id == guardian.partner_id)

    def enter(self, name):
        self.authenticate(name, name)

    def ask(self, path, **options):
        return self.url_open(path, allow_redirects=False, **options)

    def path(self, text):
        names = ("melody", "tom", "alien", "foreign")
        return text.format(**{name: getattr(self, name).id for name in names})

    @mute_logger("odoo.http")
    def test_each_page_is_its_owners_alone(self):
        for name in EVERYBODY:
            self.enter(name)
            for text, owners in OWN.items():
                with self.subTest(page=text, user=name):
                    answer = self.ask(self.path(text))
                    if name is None:
                        self.assertEqual(answer.status_code, 303)
                        self.assertIn("/web/login", answer.headers["Location"])
                    else:
                        expected = 200 if name in owners else 404
                        self.assertEqual(answer.status_code, expected)

    def test_shared_pages_show_what_is_ones_own(self):
        for text, seen in SHARED.items():
            for name, own in seen.items():
                self.enter(name)
                words = self.ask(text).text
                with self.subTest(page=text, user=name):
                    self.assertEqual({n for n in NAMES if n in words}, own)

    @mute_logger("odoo.http")
    def test_what_is_not_theirs_looks_like_what_is_not_there(self):
        self.enter("mother")
        tom = self.ask(self.path("/my/children/{tom}"))
        nobody = self.ask("/my/children/999999")
        self.assertEqual(tom.status_code, nobody.status_code)
        self.assertNotIn("Tom", tom.text)

    def test_an_attestation_names_ones_own_children_and_costs(self):
        for name, child in (("mother", "Melody"), ("father", "Tom")):
            self.enter(name)
            words = self.ask("/my/attestations/2021").text
            self.assertEqual({n for n in NAMES if n in words}, {child})

    def test_invoices_are_the_debtors(self):
        owners = {
            "mother": self.mother,
            "father": self.father,
            "stranger": self.stranger,
        }
        for name in EVERYBODY[:-2]:
            self.enter(name)
            listed = self.ask("/my/invoices").text
            for owner, guardian in owners.items():
                bill = self.bill(guardian)
                with self.subTest(user=name, owner=owner):
                    self.assertEqual(bill.name in listed, name == owner)
                    answer = self.ask(f"/my/invoices/{bill.id}")
                    expected = 200 if name == owner else 303
                    self.assertEqual(answer.status_code, expected)
                    wrong = self.ask(f"/my/invoices/{bill.id}?access_token=wrong")
                    self.assertEqual(wrong.status_code, expected)

    def test_the_link_of_the_e_mail_opens_its_invoice_alone(self):
        self.enter(None)
        mine, other = self.bill(self.mother).sudo(), self.bill(self.father)
        token = mine._portal_ensure_token()
        self.env.flush_all()
        opened = self.ask(f"/my/invoices/{mine.id}?access_token={token}")
        self.assertEqual(opened.status_code, 200)
        closed = self.ask(f"/my/invoices/{other.id}?access_token={token}")
        self.assertEqual(closed.status_code, 303)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_no_other_door_of_the_server_opens(self):
        proposal = self.portal("mother")._send_income(
            "2021-01-01", "85'000", "annual", "", PDF
        )
        doors = [
            self.path("/web/content/daycare.child/{melody}/image_128"),
            f"/web/content/daycare.income.proposal/{proposal.id}/file",
            self.path("/report/html/daycare.report_child_sheet/{melody}"),
            self.path("/report/pdf/daycare.report_child_sheet/{melody}"),
        ]
        attachments = self.env["ir.attachment"].sudo()
        for file in attachments.search(
            [("res_model", "=", proposal._name), ("res_id", "=", proposal.id)]
            + [("res_field", "!=", False)]
        ):
            doors.append(f"/web/content/{file.id}")
        self.assertEqual(len(doors), 5)
        for name in ("mother", "father", None):
            self.enter(name)
            for door in doors:
                with self.subTest(door=door, user=name):
                    self.assertNotEqual(self.ask(door).status_code, 200)

    def send(self, **values):
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "date_from": "2021-01-01",
            "amount": "85'000.00",
            "basis": "annual",
            **values,
        }
        file = ("wage.exe", io.BytesIO(values.pop("content", PDF)), "text/html")
        data.pop("content", None)
        return self.url_open(
            "/my/incomes/send",
            data=data,
            files={"document": file},
            allow_redirects=False,
        )

    @mute_logger("odoo.http")
    def test_an_income_is_sent_by_its_owner(self):
        proposals = self.env["daycare.income.proposal"]
        for name in EVERYBODY:
            self.enter(name)
            before = proposals.sudo().search_count([])
            answer = self.send(guardian_id=str(self.stranger.id), state="accepted")
            sent = proposals.sudo().search_count([]) - before
            may = name in OWN["/my/incomes"]
            with self.subTest(user=name):
                self.assertEqual(sent, int(may))
                if may:
                    self.assertIn("/my/incomes?sent=1", answer.headers["Location"])
                    newest = proposals.sudo().search([], order="id DESC", limit=1)
                    partner = self.users[name].partner_id
                    self.assertEqual(newest.guardian_id.partner_id, partner)
                    self.assertEqual(newest.state, "sent")
                    self.assertEqual(newest.file_name, "2021-01-01.pdf")
        self.assertEqual(len(self.mother.income_ids), 1)

    def test_faults_are_told_in_words_and_keep_what_was_typed(self):
        self.enter("mother")
        for values, words in (
            ({"content": b"<html>"}, "Only PDF, JPEG and PNG files"),
            ({"content": b""}, "Choose a document"),
            ({"content": b"%PDF-" + b"x" * 10 * 1024 * 1024}, "larger than 10 MB"),
            ({"amount": "much"}, "with digits"),
            ({"date_from": "soon"}, "from which day on"),
        ):
            with self.subTest(words=words):
                answer = self.send(**values)
                self.assertEqual(answer.status_code, 200)
                self.assertIn(words, answer.text)
        self.assertIn("85&#39;000.00", answer.text)

    @mute_logger("odoo.http")
    def test_without_its_token_a_form_is_refused(self):
        self.enter("mother")
        answer = self.send(csrf_token="wrong")
        self.assertEqual(answer.status_code, 400)

    @mute_logger("odoo.http")
    def test_names_and_addresses_are_the_offices(self):
        self.enter("mother")
        before = self.mother.partner_id.read(["name", "street"])
        for partner in (self.mother.partner_id.id, self.father.partner_id.id, ""):
            answer = self.url_open(
                "/my/address/submit",
                data={
                    "csrf_token": http.Request.csrf_token(self),
                    "partner_id": partner,
                    "address_type": "billing",
                    "name": "Somebody",
                    "email": "x@example.org",
                    "street": "Elsewhere 1",
                    "city": "Bern",
                    "zip": "3000",
                    "phone": "1",
                    "country_id": str(self.env.ref("base.ch").id),
                },
                allow_redirects=False,
            )
            self.assertEqual(answer.status_code, 403)
        self.env.invalidate_all()
        self.assertEqual(self.mother.partner_id.read(["name", "street"]), before)
        self.assertFalse(self.mother.partner_id.child_ids)
        home = self.ask("/my").text
        self.assertNotIn("/my/addresses", home)
        self.assertIn("/my/children", home)

    def test_an_employee_has_odoos_own_home(self):
        self.enter("employee")
        home = self.ask("/my").text
        self.assertIn("/my/addresses", home)
        self.assertNotIn("/my/children", home)

    def test_a_session_ends_with_the_file(self):
        self.enter("father")
        self.assertEqual(self.ask("/my/children").status_code, 200)
        self.father.active = False
        self.env.flush_all()
        self.assertEqual(self.ask("/my/children").status_code, 303)

    def test_pages_speak_the_language_of_the_parent(self):
        env = self.env(su=True)
        env["res.lang"]._activate_lang("fr_FR")
        env["ir.module.module"]._load_module_terms(["daycare_portal"], ["fr_FR"])
        self.mother.lang = "fr_FR"
        self.env.flush_all()
        self.enter("mother")
        self.assertIn("Enfants", self.url_open("/my/children").text)
