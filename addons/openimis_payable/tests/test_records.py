import base64

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SERVICE, OpenimisCase

CLAIMS = (
    b"Claim Number;Health Facility;Insurance Product;Visit From;Status;"
    b"Items and Services / Code;Items and Services / Quantity Provided;"
    b"Items and Services / Price Asked\n"
    b"C-1;HF-A;PR1;2026-01-05;Valuated;A1;1;5.50\n"
    b";;;;;B3;2;1.25\n"
    b"C-2;HF-A;PR1;2026-01-06;Valuated;A1;1;5.50\n"
)
FIELDS = [
    "code",
    "health_facility_id",
    "product_id",
    "date_from",
    "status",
    "line_ids/code",
    "line_ids/qty_provided",
    "line_ids/price_asked",
]


@tagged("post_install", "-at_install")
class TestRecords(OpenimisCase):
    """The records of openIMIS: keys, third parties, import from a file."""

    def test_import_of_a_csv_file_and_closing(self):
        importer = self.env["base_import.import"].create(
            {
                "res_model": "openimis.claim",
                "file": CLAIMS,
                "file_name": "claims.csv",
                "file_type": "text/csv",
            }
        )
        options = {
            "has_headers": True,
            "quoting": '"',
            "separator": ";",
            "float_thousand_separator": ",",
            "float_decimal_separator": ".",
            "date_format": "%Y-%m-%d",
            "datetime_format": "",
            "encoding": "utf-8",
        }
        result = importer.execute_import(FIELDS, FIELDS, options)
        self.assertFalse([m for m in result["messages"] if m["type"] == "error"])
        closing = self._closing(self.clerk)
        closing.action_generate()
        self.assertEqual(closing.move_ids.partner_id, self.facility_a)
        self.assertEqual(
            closing.move_ids.openimis_line_ids.mapped("amount_net"), [8, 5.5]
        )

    def test_import_names_what_is_unknown(self):
        result = self.env["openimis.claim"].load(
            ["code", "product_id"], [["C-1", "PR1"], ["C-2", "NOWHERE"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("NOWHERE", result["messages"][0]["message"])

    def test_officer_has_a_partner(self):
        officer = self.env["openimis.officer"].create(
            {"code": "EO9", "name": "Nina", "company_id": self.company.id}
        )
        self.assertEqual(officer.partner_id.name, "Nina")
        self.assertEqual(officer.partner_id.openimis_code, "EO9")

    def test_officer_is_named_as_openimis_does(self):
        officer = self.env["openimis.officer"].create(
            {"code": "EO8", "last_name": "Diallo", "other_names": "Nina"}
        )
        self.assertEqual(officer.name, "Nina Diallo")
        self.assertEqual(officer.partner_id.name, "Nina Diallo")
        nameless = self.env["openimis.officer"].create({"code": "EO7"})
        self.assertEqual(nameless.name, "EO7")

    def test_head_of_family(self):
        family = self.env["openimis.family"].create(
            {"code": "F1", "company_id": self.company.id}
        )
        member, head = self.env["openimis.insuree"].create(
            [
                {
                    "chf_id": "1",
                    "last_name": "A",
                    "family_id": family.id,
                    "company_id": self.company.id,
                },
                {
                    "chf_id": "2",
                    "last_name": "B",
                    "family_id": family.id,
                    "company_id": self.company.id,
                    "is_head": True,
                },
            ]
        )
        self.assertEqual(family.head_id, head)
        head.is_head, member.is_head = False, True
        self.assertEqual(family.head_id, member)

    def test_population_is_added_up(self):
        village = self._location("V9", "Village", "V", self.district_a)
        village.write({"male_population": 10, "female_population": 12})
        self.assertEqual(village.population, 22)
        self.assertEqual(village.complete_name, "Region / District A / Village")

    @mute_logger("odoo.sql_db")
    def test_codes_and_shares_are_checked(self):
        for model, vals in (
            ("openimis.product", {"code": "PR1", "name": "Twice"}),
            (
                "openimis.payment.plan",
                {"code": "P", "name": "P", "product_id": self.product.id, "rate": 101},
            ),
            (
                "openimis.product.distribution",
                {"product_id": self.product.id, "month": 13},
            ),
        ):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.env[model].create(vals)
                self.env.flush_all()

    def test_billed_claim_is_not_deleted(self):
        claim = self._claim("C1", SERVICE)
        closing = self._closing(self.clerk)
        closing.action_generate()
        with self.assertRaises(UserError):
            claim.unlink()
        closing.move_ids.openimis_bill_delete()
        self.assertEqual(claim.billing_state, "to_bill")

    def test_document_keeps_its_file(self):
        claim = self._claim("C1", SERVICE)
        closing = self._closing(self.clerk)
        closing.action_generate()
        document = self.env["openimis.bill.document"].create(
            {
                "name": "receipt.pdf",
                "move_id": closing.move_ids.id,
                "file": base64.b64encode(b"%PDF"),
            }
        )
        self.assertEqual(base64.b64decode(document.file), b"%PDF")
        self.assertTrue(claim.billing_move_id)
