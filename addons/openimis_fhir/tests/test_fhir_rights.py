import json

from odoo.tests import tagged

from .fhir_case import BASE, FhirCase
from .fhir_rights_table import CLOSED, DOORS, RIGHTS

RIGHT = "openimis_payable.group_right_"
OTHERS = {
    "nobody": "base.group_user",
    "puller": "openimis_fhir.group_openimis_exchange_user",
    "bookkeeper": "account.group_account_manager",
}
METHODS = {"create": "POST", "update": "PUT", "delete": "DELETE"}


@tagged("post_install", "-at_install")
class TestFhirRights(FhirCase):
    """Every right × every resource × every interaction, as the table says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {code: RIGHT + code for code in RIGHTS} | OTHERS
        cls.people = {
            name: cls.make_user(f"right {name}", "base.group_user", group)
            for name, group in groups.items()
        }

    def setUp(self):
        super().setUp()
        self.move = self.bill(1)
        self.serial = 0
        body = self.notice(self.move, 1, "first")
        self.first = self.call("PaymentNotice", self.payer_key, 201, body)["id"]
        self.claim = self.env["openimis.claim"].create(
            {
                "code": "C1",
                "openimis_uuid": "c1a1a1a1-0000-4000-8000-000000000001",
                "company_id": self.company.id,
                "health_facility_id": self.facility.id,
            }
        )
        self.env.flush_all()

    def ask(self, key, method, path, body=None):
        headers = {"Content-Type": "application/fhir+json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        data = json.dumps(body).encode() if body else None
        return self.url_open(
            f"{BASE}/{path}", data=data, headers=headers, method=method
        ).status_code

    def known(self, resource):
        """Return the id of one resource."""
        return {
            "Invoice": self.move.openimis_uuid,
            "ChargeItem": str(self.move.openimis_line_ids[:1].id),
            "Organization": self.facility.openimis_uuid,
            "Claim": self.claim.openimis_uuid,
            "PaymentReconciliation": str(self.payment().id),
            "PaymentNotice": self.first,
        }[resource]

    def payment(self):
        domain = [("openimis_uuid", "=", self.first)]
        return self.env["openimis.payment.notice"].search(domain).payment_id

    def deed(self, resource, interaction, key):
        """Do one thing with a key; return the status of the answer."""
        one = f"{resource}/{self.known(resource)}"
        self.serial += 1
        if interaction in ("create", "take back"):
            name = f"n{self.serial}"
            body = self.notice(self.move, 1, name)
            if interaction == "take back":
                status = self.ask(self.payer_key, "POST", resource, body)
                self.assertEqual(status, 201)
                body["status"] = "cancelled"
            return self.ask(key, "POST", resource, body)
        paths = {
            "search": resource,
            "read": one,
            "vread": f"{one}/_history/{self.move.openimis_fhir_version}",
            "history": f"{resource}/_history",
            "history of one": f"{one}/_history",
        }
        return self.ask(key, "GET", paths[interaction])

    def test_everybody_may_what_the_table_says(self):
        wrong = []
        for resource, interactions, needed in DOORS:
            for interaction in interactions:
                for name, (user, key) in self.people.items():
                    may = any(user.has_group(RIGHT + code) for code in needed)
                    if interaction == "take back":
                        may = may and user.has_group(RIGHT + "156202")
                    status = self.deed(resource, interaction, key)
                    if status != (
                        403 if not may else 201 if interaction == "create" else 200
                    ):
                        wrong.append((resource, interaction, name, status))
        self.assertFalse(wrong)

    def test_without_key_there_is_nothing(self):
        for resource, interactions, _needed in DOORS:
            for interaction in interactions:
                status = self.deed(resource, interaction, None)
                self.assertEqual(status, 401, (resource, interaction))

    def test_what_is_closed_is_closed_to_all(self):
        for resource, interaction in CLOSED:
            one = f"{resource}/{self.known(resource)}"
            path = resource if interaction == "create" else one
            for name, (_user, key) in self.people.items():
                status = self.ask(key, METHODS[interaction], path, {"x": 1})
                self.assertEqual(status, 405, (resource, interaction, name))

    def test_who_is_served_stands_in_the_journal(self):
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        for resource, interaction in (
            ("Claim", "read"),
            ("Claim", "search"),
            ("Invoice", "history"),
        ):
            user, key = self.people["156101"]
            self.assertEqual(self.deed(resource, interaction, key), 200)
            rows = journal.search([]) - before
            # by what it was searched is a row of its own: an empty answer is one, too
            self.assertLessEqual(set(rows.mapped("kind")), {"fhir", "search"}, resource)
            [served] = rows.filtered(lambda row: row.kind == "fhir")
            self.assertEqual((served.user_id, served.field_names), (user, resource))
            self.assertTrue(served.res_ids)
            before |= rows
