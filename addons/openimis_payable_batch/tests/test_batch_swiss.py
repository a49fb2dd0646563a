from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from .common import BatchCase

SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
SCHEMA = "account_payment_sepa_credit_transfer/data/pain.001.001.09.xsd"


@tagged("post_install", "-at_install")
class TestBatchSwiss(BatchCase):
    """pain.001 as Swiss banks want it: ISO's schema, and what is Swiss in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sepa = cls._method(
            cls.env.ref("openimis_payable_batch.method_swiss"),
            payment_account_id=cls.sepa.payment_account_id.id,
        )
        cls.facility_a.write(
            {"street": "Rue de l’Hôpital 7", "zip": "1700", "city": "Fribourg"}
        )
        cls.facility_a.country_id = cls.env.ref("base.ch")
        cls.facility_a.bank_ids.acc_number = "CH5604835012345678009"

    def _root(self, bills=None, batch=None):
        batch = batch or self._batch(bills)
        batch.draft2open()
        batch.open2generated()
        return etree.fromstring(batch.sudo().payment_file_id.raw)

    def _texts(self, root, *path):
        return [e.text for e in root.findall("//".join((".", *path)))]

    def test_the_official_schema_takes_it(self):
        root = self._root(self.bill_a | self.bill_a2)
        with file_open(SCHEMA, "rb") as schema:
            etree.XMLSchema(etree.parse(schema)).assertValid(root)
        self.assertEqual(etree.QName(root).namespace, SPACE)
        names = {etree.QName(e).localname: e for e in root.iter()}
        # our own bank by its clearing number, which the IBAN has in itself
        self.assertEqual(names["ClrSysId"][0].text, "CHBCC")
        self.assertEqual(names["MmbId"].text, "762")
        # neither SEPA nor charges “by service level” without a level
        self.assertNotIn("ChrgBr", names)
        self.assertNotIn("SvcLvl", names)
        self.assertEqual(names["InstdAmt"].text, "540.00")

    def test_accounts_that_would_come_back_are_refused_in_words(self):
        self.facility_a.bank_ids.acc_number = "CH4431999123000889012"
        with self.assertRaisesRegex(UserError, "QR-IBAN"):
            self._root(self.bill_a)
        # in dollars, and abroad
        batch = self._batch(self.bill_b)
        with self.assertRaisesRegex(UserError, "no BIC"), self.env.cr.savepoint():
            self._root(batch=batch)
        self.facility_b.bank_ids.bank_id = self.env["res.bank"].create(
            {"name": "Banque", "bic": "BNPAFRPP"}
        )
        root = self._root(batch=batch)
        self.assertIn("BNPAFRPP", [e.text for e in root.iter()])

    def test_our_own_bank_has_to_be_named(self):
        self.bank.bank_account_id.acc_number = "GB29NWBK60161331926819"
        with self.assertRaisesRegex(UserError, "has to name its"):
            self._root(self.bill_a)
