from odoo.tests import tagged

from .fhir_case import FhirCase


@tagged("post_install", "-at_install")
class TestFhirAreas(FhirCase):
    """Who is restricted to an area is served its bills and payments, and no error."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.areas = cls.env["openimis.location"].create(
            [
                {
                    "code": code,
                    "name": code,
                    "type": "D",
                    "company_id": cls.company.id,
                }
                for code in ("D1", "D2")
            ]
        )
        cls.here = cls.bill(1, openimis_location_id=cls.areas[0].id)
        cls.there = cls.bill(2, openimis_location_id=cls.areas[1].id)

    def test_each_resource_keeps_to_the_areas_of_its_reader(self):
        for number, move in enumerate((self.here, self.there)):
            body = self.notice(move, 10, f"N{number}")
            self.call("PaymentNotice", self.payer_key, 201, body)
        everything = {
            "Invoice": 2,
            "ChargeItem": 4,
            "PaymentNotice": 2,
            "PaymentReconciliation": 2,
        }
        for resource, total in everything.items():
            found = self.call(resource, self.payer_key)["total"]
            self.assertEqual(found, total, resource)
        self.payer.openimis_location_ids = self.areas[0]
        for resource, total in everything.items():
            found = self.call(resource, self.payer_key)["total"]
            self.assertEqual(found, total / 2, resource)
        self.call(f"Invoice/{self.here.openimis_uuid}", self.payer_key)
        self.call(f"Invoice/{self.there.openimis_uuid}", self.payer_key, 404)

    def test_a_bill_elsewhere_is_not_paid(self):
        self.payer.openimis_location_ids = self.areas[0]
        body = self.notice(self.there, 10, "X")
        self.call("PaymentNotice", self.payer_key, 422, body)
        self.assertEqual(self.there.amount_residual, 610)
        self.call("PaymentNotice", self.payer_key, 201, self.notice(self.here, 10, "Y"))
