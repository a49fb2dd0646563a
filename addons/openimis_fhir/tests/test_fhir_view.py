from unittest.mock import patch

from odoo.tests import tagged

from ..models import openimis_fhir_invoice
from .fhir_case import FhirCase


@tagged("post_install", "-at_install")
class TestFhirView(FhirCase):
    """A part of a resource instead of the whole: `_summary` and `_elements`."""

    def names(self, resource):
        """Elements of a part beside those that go with every part."""
        tags = [tag["code"] for tag in resource["meta"]["tag"]]
        self.assertEqual(tags, ["SUBSETTED"])
        self.assertNotIn("profile", resource["meta"])
        return set(resource) - {"resourceType", "id", "meta"}

    def only(self, path):
        """The one resource a search finds."""
        bundle = self.call(path)
        (entry,) = bundle["entry"]
        self.assertEqual(bundle["total"], 1)
        self.assertNotIn("tag", bundle.get("meta", {}))
        return entry["resource"]

    def test_a_summary_has_what_r4_marks(self):
        move = self.bill(1)
        expected = {"identifier", "status", "type", "recipient", "date"}
        expected |= {"totalNet", "totalGross"}
        for path in (
            "Invoice?_summary=true",
            f"Invoice/{move.openimis_uuid}?_summary=true",
            "Invoice/_history?_summary=true",
        ):
            found = self.call(path)
            if found["resourceType"] == "Bundle":
                found = found["entry"][0]["resource"]
            self.assertEqual(self.names(found), expected, path)
            self.assertEqual(found["totalGross"]["value"], 610)

    def test_a_summary_of_every_resource(self):
        self.bill(1)
        for path in ("ChargeItem", "Organization"):
            for entry in self.call(f"{path}?_summary=true")["entry"]:
                self.names(entry["resource"])

    def test_text_leaves_what_is_mandatory(self):
        self.bill(1)
        self.assertEqual(self.names(self.only("Invoice?_summary=text")), {"status"})
        found = self.call("ChargeItem?_summary=text")["entry"][0]["resource"]
        self.assertEqual(self.names(found), {"status", "code", "subject"})

    def test_the_whole_is_not_marked(self):
        self.bill(1)
        for summary in ("false", "data"):
            found = self.only(f"Invoice?_summary={summary}")
            self.assertNotIn("tag", found["meta"])
            self.assertEqual(len(found["lineItem"]), 2)

    def test_count_only_counts(self):
        self.bill(1)
        self.bill(2)
        for path in ("Invoice?_summary=count", "Invoice?_summary=count&_count=1"):
            bundle = self.call(path)
            self.assertEqual((bundle["total"], self.ids(bundle)), (2, []), path)
            self.assertEqual([link["relation"] for link in bundle["link"]], ["self"])
        bundle = self.call("Invoice/_history?_summary=count")
        self.assertEqual((bundle["total"], self.ids(bundle)), (2, []))

    def test_one_resource_cannot_be_counted(self):
        move = self.bill(1)
        path = f"Invoice/{move.openimis_uuid}?_summary=count"
        (issue,) = self.call(path, status=400)["issue"]
        self.assertEqual(issue["expression"], ["_summary"])

    def test_elements_are_chosen(self):
        move = self.bill(1)
        for path in (
            "Invoice?_elements=date,lineItem",
            "Invoice?_elements=date,lineItem&_summary=false",
        ):
            found = self.only(path)
            self.assertEqual(self.names(found), {"status", "date", "lineItem"}, path)
            self.assertEqual(len(found["lineItem"]), 2)
        # known to R4, never served: what is mandatory is left
        found = self.call(f"Invoice/{move.openimis_uuid}?_elements=participant")
        self.assertEqual(self.names(found), {"status"})

    def test_a_name_r4_does_not_know_is_named(self):
        (issue,) = self.call("Invoice?_elements=date,lines", status=400)["issue"]
        self.assertEqual(issue["expression"], ["_elements"])
        self.assertIn("lines", issue["details"]["text"])

    def test_pages_keep_to_the_part(self):
        for number in range(3):
            self.bill(number)
        bundle = self.call("Invoice?_count=2&_elements=date")
        (url,) = [k["url"] for k in bundle["link"] if k["relation"] == "next"]
        (entry,) = self.call(url)["entry"]
        self.assertEqual(self.names(entry["resource"]), {"status", "date"})

    def test_a_payment_notice_keeps_what_is_mandatory(self):
        move = self.bill(1)
        body = self.notice(move, 10)
        notice = self.call("PaymentNotice", self.payer_key, 201, body)
        expected = {"status", "created", "payment", "recipient", "amount"}
        for query in ("_summary=true", "_summary=text", "_elements=request"):
            path = f"PaymentNotice/{notice['id']}?{query}"
            found = self.names(self.call(path, self.payer_key))
            self.assertEqual(found - {"request"}, expected, query)

    def test_a_part_of_a_large_bill(self):
        move = self.bill(1, amounts=(10.0, 20.0, 30.0))
        with patch.object(openimis_fhir_invoice, "LARGE", 2):
            path = f"Invoice/{move.openimis_uuid}?_elements="
            streamed = self.call(f"{path}lineItem")
            self.assertEqual(self.names(streamed), {"status", "lineItem"})
            self.assertEqual(len(streamed["lineItem"]), 3)
            self.assertEqual(self.names(self.call(f"{path}date")), {"status", "date"})
