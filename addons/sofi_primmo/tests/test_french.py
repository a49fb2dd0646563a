"""What people in Québec read on screens, in logs and in e-mails: counts of 0, 1, 2."""

import base64

from odoo.tests import tagged
from odoo.tools import html2plaintext

from odoo.addons.exchange_run.tests.french import faults

from .common import generate
from .common_french import LANG, FrenchCase

LIST = "Numéro;Nom;Prénom;Sexe;Date de naissance;Langue;Accepté\n"
PERSON = "T00{n};Bergeron;Paul;M;1940-02-0{n};Fr;Non\n"
WRONG = "T00{n};Bergeron;Paul;M;1940-02-30;Fr;Non\n"


@tagged("post_install", "-at_install")
class TestFrench(FrenchCase):
    def setUp(self):
        super().setUp()
        self.env.user.lang = LANG
        self.env = self.env(context=dict(self.env.context, lang=LANG))

    def _shown(self, run):
        """Return all texts that a run has for people."""
        findings = run.exchange_message_ids
        texts = [*findings.mapped("text"), *findings.mapped("advice")]
        texts += [html2plaintext(m.body) for m in run.message_ids]
        for activity in run.activity_ids:
            texts += [activity.summary, html2plaintext(activity.note or "")]
        texts += (run["log_text"] or "").splitlines() if "log_text" in run else []
        return [text for text in texts if text]

    def _check(self, run, *words):
        shown = self._shown(run)
        for text in shown:
            with self.subTest(text=text):
                self.assertEqual(faults(text, quebec=True), [])
        for word in words:
            self.assertIn(word, "\n".join(shown))
        return shown

    def _generated(self, number):
        path = f"maison{number}"
        return self.make_generated(path, number)

    def test_exports_of_none_one_and_two_charges(self):
        for number in (0, 1, 2):
            with self.subTest(number=number):
                run = self.make_export(self._generated(number))
                run.action_plan()
                self._check(run, f"frais lus {number}, pour le fichier {number}")
                run.action_run()
                self._check(run, f"frais lus {number}, exportés {number}")

    def test_charges_left_out_by_their_number(self):
        for number in (1, 2):
            fixture = generate.residence(f"hors{number}", 2)
            for charge in fixture["charges"][:number]:
                charge["resident"]["external_id"] = None
            self.simulator.store.add_residence(f"hors{number}", fixture)
            residence = self.make_residence(
                f"hors{number}", generate.KEY, generate.SECRET, stale_days=1
            )
            run = self.export(residence)
            self._check(
                run,
                f"laissés de côté {number}",
                "depuis plus de 1\u00a0j et qui ne peuvent pas être exportés"
                f"\u00a0: {number}",
            )

    def test_charges_that_somebody_else_archived(self):
        """As many as a third party took in the middle of the run."""
        for number in (1, 2):
            residence = self._generated(number)
            path = residence.code.lower()
            site = self.simulator.residence(path)

            def take(site=site):
                for charge_id in list(site.charges):
                    site.set_status(charge_id, "archived")

            self.before_archiving(take)
            run = self.export(residence)
            self.assertEqual(run.state, "partial")
            self._check(run, f"archivés dans SOFI ({number})")

    def test_failures_are_told_in_french(self):
        self.residence.write({"api_secret": "wrong", "user_id": self.person.id})
        cedres = self.make_cedres(user_id=self.person.id)
        run = self.export(self.residence | cedres)
        self.assertEqual(run.state, "partial")
        run = run.with_user(self.person).with_context(lang=LANG)
        self._check(run, "Erables")
        self.assertTrue(run.activity_ids)

    def _import(self, rows, **values):
        content = LIST + "".join(rows)
        run = self.env["primmo.import"].create(
            {
                "residence_id": self.residence.id,
                "kind": "tenant",
                "file": base64.b64encode(content.encode("cp1252")),
                "file_name": "locataires.csv",
                **values,
            }
        )
        run.action_plan()
        return run

    def test_imports_with_none_one_and_two_errors_and_people_gone(self):
        people = [PERSON.format(n=n) for n in range(1, 6)]
        for wrong in (0, 1, 2):
            rows = people[wrong:] + [WRONG.format(n=n + 6) for n in range(wrong)]
            run = self._import(rows)
            words = [f"Lignes en erreur\u00a0: {wrong}"] if wrong else []
            self._check(run, *words)
        self._import(people).action_run()
        for gone in (0, 1, 2):
            run = self._import(people[gone:], archive_missing=True)
            self._check(run)
            run.action_run()
            self.assertEqual(run.state, "done")
            told = [text for text in self._check(run) if "a été archivé" in text]
            self.assertEqual(len(told), 1 if gone else 0)
        tenants = self.env["primmo.tenant"].search(
            [("residence_id", "=", self.residence.id)]
        )
        self.assertEqual(len(tenants), 3)

    def test_synchronization(self):
        self._import([PERSON.format(n=1)]).action_run()
        sync = self.env["sofi.sync"].create({"residence_ids": self.residence.ids})
        sync.action_plan()
        self._check(sync)
        for line in sync.line_ids:
            for name, field in line._fields.items():
                if field.type in ("char", "text") and line[name] and field.store:
                    with self.subTest(field=name):
                        self.assertEqual(faults(line[name], quebec=True), [])

    def test_cards_of_the_start_page(self):
        self.export(self.residence)
        cards = self.env["exchange.card"].search([("app", "=", "sofi")])
        self.assertTrue(cards)
        for card in cards:
            for text in [card.name, *(figure["label"] for figure in card.figures)]:
                with self.subTest(text=text):
                    self.assertEqual(faults(text, quebec=True), [])
