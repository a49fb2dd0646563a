import json
import time
from datetime import timedelta

from fhir.resources.R4B.bundle import Bundle

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..core.webhook import verify
from .fhir_case import FhirCase
from .receiver import Receiver


@tagged("post_install", "-at_install")
class TestSubscription(FhirCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver().start()
        self.addCleanup(self.receiver.stop)
        self.subscription = self.env["openimis.fhir.subscription"].create(
            {
                "name": "Ledger",
                "company_id": self.company.id,
                "url": self.receiver.url,
                "internal": True,
            }
        )

    def deliver(self):
        """What the cron does every minute."""
        self.env.flush_all()
        self.env.ref("openimis_fhir.ir_cron_openimis_deliver").method_direct_trigger()
        self.env.invalidate_all()
        return self.env["openimis.fhir.delivery"].search(
            [("subscription_id", "=", self.subscription.id)], order="id"
        )

    def again(self):
        """As if the time to wait were over."""
        self.env["openimis.fhir.delivery"].sudo().search([]).date_next = (
            fields.Datetime.now() - timedelta(seconds=1)
        )
        return self.deliver()

    def bodies(self):
        return [json.loads(body) for _headers, body in self.receiver.received]

    def test_a_change_is_delivered_signed_and_once(self):
        move = self.bill(1)
        deliveries = self.deliver()
        self.assertEqual(deliveries.mapped("state"), ["done"])
        ((headers, body),) = self.receiver.received
        Bundle.model_validate_json(body)
        self.assertEqual(
            json.loads(body)["entry"][0]["resource"]["id"], move.openimis_uuid
        )
        secret = self.subscription.secret
        self.assertTrue(verify(secret, headers["X-Signature"], body, time.time()))
        self.assertFalse(verify("x", headers["X-Signature"], body, time.time()))
        self.assertFalse(
            verify(secret, headers["X-Signature"], body + b" ", time.time())
        )
        later = time.time() + 3600
        self.assertFalse(verify(secret, headers["X-Signature"], body, later))
        self.deliver()
        self.assertEqual(len(self.receiver.received), 1)

    def test_a_failed_delivery_is_repeated_with_the_same_key(self):
        self.bill(1)
        self.receiver.statuses = [503, 500]
        delivery = self.deliver()
        self.assertEqual((delivery.state, delivery.attempts), ("waiting", 1))
        self.assertEqual(delivery.status_code, 503)
        self.assertGreater(delivery.date_next, fields.Datetime.now())
        self.deliver()  # too early: nothing is sent
        self.assertEqual(len(self.receiver.received), 1)
        self.again()
        self.assertEqual(self.again().state, "done")
        keys = {headers["X-Delivery"] for headers, _body in self.receiver.received}
        self.assertEqual((len(self.receiver.received), len(keys)), (3, 1))

    def test_what_went_wrong_is_told_in_the_language_of_who_reads(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.bill(1)
        self.bill(2)
        self.receiver.statuses = [404, 503]
        deliveries = self.deliver()
        french = deliveries.with_context(lang="fr_FR")
        self.assertEqual(
            deliveries.mapped("error"),
            [
                "The subscriber refuses the delivery.",
                "The subscriber does not answer, or fails.",
            ],
        )
        self.assertEqual(
            french.mapped("error"),
            ["L'abonné refuse la livraison.", "L'abonné ne répond pas, ou échoue."],
        )
        self.assertEqual(set(self.again().mapped("error")), {False})

    def test_changes_of_one_bill_stay_in_order(self):
        move, other = self.bill(1), self.bill(2)
        self.receiver.statuses = [503, 503]
        self.deliver()
        move.openimis_note = "changed"
        deliveries = self.deliver()
        self.assertEqual(len(deliveries), 3)
        # the newer change of the bill waits for the older one
        newest = deliveries.filtered(lambda d: d.bill_uuid == move.openimis_uuid)[-1]
        self.assertEqual((newest.state, newest.attempts), ("waiting", 0))
        self.again()
        self.again()
        order = [
            int(body["entry"][0]["response"]["etag"][3:-1])
            for body in self.bodies()
            if move.openimis_uuid in body["entry"][0]["fullUrl"]
        ]
        self.assertEqual(order, sorted(order))
        self.assertTrue(other)
        self.assertEqual(set(self.deliver().mapped("state")), {"done"})

    def test_payments_and_deletions_are_told(self):
        move, draft = self.bill(1), self.bill(2, post=False)
        self.deliver()
        self.receiver.received.clear()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        uuid = draft.openimis_uuid
        draft.unlink()
        self.deliver()
        told = {
            body["entry"][0]["fullUrl"].rpartition("/")[2]: body
            for body in self.bodies()
        }
        resource = told[move.openimis_uuid]["entry"][0]["resource"]
        self.assertEqual(resource["status"], "balanced")
        self.assertEqual(told[uuid]["entry"][0]["request"]["method"], "DELETE")

    def test_without_content_only_the_id_is_sent(self):
        self.subscription.with_content = False
        self.bill(1)
        self.deliver()
        (entry,) = self.bodies()[0]["entry"]
        self.assertNotIn("resource", entry)
        self.assertIn("fullUrl", entry)

    def test_a_dead_subscriber_is_given_up_in_the_end_and_can_be_tried_again(self):
        self.bill(1)
        self.receiver.statuses = [500] * 12
        for _attempt in range(12):
            delivery = self.again()
        self.assertEqual(
            (delivery.state, self.subscription.failed_count), ("failed", 1)
        )
        with self.assertRaises(UserError):
            delivery.with_user(self.reader).action_retry()
        delivery.action_retry()
        self.assertEqual(self.deliver().state, "done")

    def test_a_bill_of_which_nothing_is_left_does_not_hold_up_the_others(self):
        gone, other = self.bill(1), self.bill(2)
        self.receiver.statuses = [500, 500]
        self.assertEqual(self.deliver().mapped("state"), ["waiting", "waiting"])
        self.receiver.received.clear()
        self.env.cr.execute(
            "UPDATE account_move SET openimis_type = NULL WHERE id = %s", [gone.id]
        )
        self.env.invalidate_all()
        self.assertEqual(self.again().mapped("state"), ["done", "done"])
        entries = {
            body["entry"][0]["fullUrl"].rpartition("/")[2]: body["entry"][0]
            for body in self.bodies()
        }
        request = entries[gone.openimis_uuid]["request"]
        self.assertEqual(request["method"], "DELETE")
        self.assertEqual(entries[other.openimis_uuid]["request"]["method"], "PUT")

    def test_a_subscriber_who_does_not_answer_keeps_nobody_waiting(self):
        self.receiver.stop()
        other = Receiver().start()
        self.addCleanup(other.stop)
        self.subscription.copy({"url": other.url, "name": "Archive"})
        for number in range(3):
            self.bill(number)
        deliveries = self.deliver()
        self.assertEqual(deliveries.mapped("state"), ["waiting"] * 3)
        self.assertEqual(sorted(deliveries.mapped("attempts")), [0, 0, 1])
        self.assertEqual(len(other.received), 3)

    def test_an_archived_subscription_rests(self):
        self.bill(1)
        self.receiver.statuses = [500]
        self.deliver()
        self.subscription.active = False
        self.bill(2)
        self.assertEqual(self.again().mapped("state"), ["waiting"])
        self.assertEqual(len(self.receiver.received), 1)
        self.subscription.active = True
        self.assertEqual(self.again().mapped("state"), ["done", "done"])

    def test_cancelled_deliveries_are_not_sent(self):
        self.bill(1)
        self.receiver.statuses = [500]
        self.deliver().action_cancel()
        self.assertEqual(self.again().state, "cancelled")
        self.assertEqual(len(self.receiver.received), 1)

    def test_private_addresses_need_the_tick(self):
        with self.assertRaisesRegex(UserError, "https"):
            self.subscription.internal = False
        with self.assertRaisesRegex(UserError, "private network"):
            self.subscription.write({"url": "https://127.0.0.1/x", "internal": False})

    def test_old_deliveries_are_forgotten_but_for_the_last_of_each_bill(self):
        move = self.bill(1)
        self.deliver()
        move.openimis_note = "changed"
        self.deliver()
        self.env["openimis.fhir.delivery"].sudo().search([]).flush_recordset()
        self.env.cr.execute(
            "UPDATE openimis_fhir_delivery SET create_date = %s",
            [fields.Datetime.now() - timedelta(days=91)],
        )
        self.env["openimis.fhir.delivery"]._gc_done()
        self.env.invalidate_all()
        (left,) = self.deliver()
        self.assertEqual(left.version, move.openimis_fhir_version)
        self.assertEqual(len(self.receiver.received), 2)

    def test_old_bills_are_not_sent(self):
        self.subscription.date_start = fields.Datetime.now() + timedelta(days=1)
        self.bill(1)
        self.assertFalse(self.deliver())

    def test_the_secret_is_for_administrators(self):
        with self.assertRaisesRegex(Exception, "secret"):
            self.subscription.with_user(self.reader).read(["secret"])
