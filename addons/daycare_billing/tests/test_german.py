import re

from lxml import html as lxml_html

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import file_path
from odoo.tools.translate import PoFileReader

from odoo.addons.exchange_run.tests import german

from .common import FULL, DaycareBillingCommon

#: Whose words stand on the papers.
MODULES = ["account", "l10n_din5008", "daycare", "daycare_billing"]
QR_IBAN = "CH4431999123000889012"
#: Where the words of what debtors get stand in the translators' files.
PAPERS = re.compile(
    r"arch_db:daycare_billing\.report_|model:mail\.template,(subject|body_html):"
    r"|name:product\.|product\.template,name:|daycare_billing_labels\.py"
    r"|selection__daycare_billing_line__kind__"
)
#: Where one text ends and the next begins: values, markup, fields of a template.
BETWEEN = re.compile(r"<[^>]*>|%\(\w+\)s|%%|\{\{.*?\}\}|\n")


def phrases(text):
    """Return what of a text is printed as it stands, of some length."""
    # «of» and «for» are no German words, but parts of names that people have.
    parts = (" ".join(part.split()).strip(" ,.:;–") for part in BETWEEN.split(text))
    return {part for part in parts if len(part) > 4}


def texts_of_papers(lang):
    """Return the phrases of what debtors get.

    :param str lang: of a file of translations; None for English
    """
    found = set()
    entries = PoFileReader(file_path(f"daycare_billing/i18n/{lang or 'fr'}.po")).pofile
    for entry in entries:
        if any(PAPERS.search(":".join(place)) for place in entry.occurrences):
            found |= phrases(entry.msgstr if lang else entry.msgid)
    return found


@tagged("post_install", "-at_install")
class TestGerman(DaycareBillingCommon):
    """A debtor who speaks German reads nothing else, whoever sends it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"].sudo()._activate_lang("de_CH")
        cls.env["ir.module.module"].sudo().search(
            [("name", "in", MODULES)]
        )._update_translations(["de_CH"])
        cls.env["res.partner.bank"].sudo().create(
            {
                "acc_number": QR_IBAN,
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
                "allow_out_payment": True,
            }
        )
        cls.group.name = "Papillon"
        cls.mother.write({"lang": "de_CH", "email": "mory@example.ch"})
        fee = cls.env.ref("daycare_billing.product_registration").product_variant_id
        cls.melody.write(
            {
                "billing_data_ids": [
                    Command.update(
                        cls.melody.billing_data_ids.id, {"debtor_id": cls.mother.id}
                    )
                ],
                "service_ids": [
                    Command.create(
                        {
                            "product_id": fee.id,
                            "date_from": "2021-03-10",
                            "price_unit": 1055.03,
                        }
                    )
                ],
                "subsidy_ids": [
                    Command.create(
                        {
                            "payer_id": cls.commune.id,
                            "mode": "percent",
                            "value": 20,
                            "date_from": "2021-01-01",
                        }
                    )
                ],
            }
        )

    def _invoices(self):
        """Return the mother's posted invoices: one of March, one that corrects it."""
        first = self._bill(post=True)
        self._sector(self.melody, "2021-03-01", "2021-03-31", {"wed": FULL})
        second = self._bill("2021-04-01", post=True, with_corrections=True)
        return (first | second).move_ids.filtered(
            lambda move: move.partner_id == self.mother.partner_id
        )

    def _printed(self, report, record):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            report, record.ids
        )
        return self._text(html.decode())

    def _text(self, html):
        return " ".join(lxml_html.fromstring(html).text_content().split())

    def _letter(self, template, move):
        """Return subject and body of a letter, as it leaves."""
        template = self.env.ref(f"daycare_billing.{template}").sudo()
        [subject] = template._render_field(
            "subject", move.ids, compute_lang=True
        ).values()
        [body] = template._render_field(
            "body_html", move.ids, compute_lang=True
        ).values()
        return f"{subject} {self._text(body)}"

    def _check(self, text, *words):
        for word in words:
            self.assertIn(word, text)
        wanted = texts_of_papers("de")
        for lang in (None, "fr"):
            foreign = texts_of_papers(lang) - wanted
            self.assertGreater(len(foreign), 30)
            for phrase in foreign:
                if not any(phrase in german_phrase for german_phrase in wanted):
                    found = re.search(rf"\b{re.escape(phrase)}\b", text)
                    self.assertFalse(found, f"«{phrase}» in: {text}")
        self.assertNotIn("ß", text)

    def test_invoice(self):
        first, second = self._invoices().sorted("invoice_date")
        self._check(
            self._printed("account.report_invoice", first),
            "Rechnung",
            "Rechnungsdatum",
            "01.03.2021",
            "März 2021, Papillon: Mo, Di, ganzer Tag",
            "März 2021, Papillon: Do, Zeitfenster 1, 2, 3 (50 % eines Tages)",
            "Von Dritten bezahlt, März 2021",
            "Anmeldegebühr, März 2021",
            "1'055.03",
        )
        self.assertNotIn("Invoice", self._printed("account.report_invoice", first))
        self._check(
            self._printed("account.report_invoice", second),
            "Korrektur März 2021, Papillon",
            "April 2021, Papillon",
        )
        for line in (first | second).invoice_line_ids.mapped("name"):
            self.assertEqual(german.faults(line), [])

    def test_list_per_child(self):
        _first, second = self._invoices().sorted("invoice_date")
        self._check(
            self._printed("daycare_billing.report_debtor_list", second),
            "Liste pro Kind",
            "Geburtsdatum",
            "05.05.2018",
            "April 2021",
            "Betreuung",
            "Korrektur",
            "Total Melody Mory",
        )

    def test_attestation(self):
        self._invoices()
        wizard = self.env["daycare.attestation"].create(
            {"year": 2021, "debtor_ids": self.mother.ids, "paid_only": False}
        )
        self._check(
            self._printed("daycare_billing.report_attestation", wizard),
            "Bescheinigung der Drittbetreuungskosten 2021",
            "der folgenden Kosten der Betreuung durch Dritte für Melody Mory, geboren "
            "am 05.05.2018.",
            "März 2021",
            "Mahlzeiten und andere Leistungen",
            "1'055.03",
            "Jahr 2021",
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_attestation", wizard.ids
        )
        months = lxml_html.fromstring(html.decode()).xpath("//tbody[1]/tr/td[1]")
        self.assertTrue(months)
        for month in months:  # «September 2021» is as wide as it gets
            self.assertIn("text-nowrap", month.get("class") or "")

    def test_letters(self):
        first, _second = self._invoices().sorted("invoice_date")
        amount = f"{first.amount_total:,.2f}".replace(",", "'")
        self._check(
            self._letter("mail_template_invoice", first).replace("\u00a0", " "),
            f"– Rechnung {first.name}",
            "Guten Tag Mary Mory",
            f"Rechnung {first.name} für März 2021 über CHF {amount}.",
            f"Bitte bezahlen Sie CHF {amount} bis zum "
            f"{first.invoice_date_due:%d.%m.%Y}. Die QR-Rechnung dazu finden Sie",
            "Konto: CH44 3199 9123 0008 8901 2",
            "Referenz: ",
        )
        credit = first._reverse_moves([{"invoice_date": first.invoice_date}])
        credit.action_post()
        self._check(
            self._letter("mail_template_credit_note", credit),
            f"– Gutschrift {credit.name}",
            "zu Ihren Gunsten. Sie betrifft die Rechnung",
        )
