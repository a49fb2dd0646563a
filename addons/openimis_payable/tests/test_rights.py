from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SERVICE, OpenimisCase

#: every right, with what it allows; what the others need to set the stage is not in
RIGHTS = (
    "111101",
    "111102",
    "111103",
    "156101",
    "156102",
    "156103",
    "156104",
    "156109",
    "156201",
    "156202",
    "156203",
    "156204",
    "156206",
    "156301",
    "156306",
    "156307",
    "156308",
)


@tagged("post_install", "-at_install")
class TestRights(OpenimisCase):
    """Each openIMIS right: allowed with it, refused with all others but it."""

    def setUp(self):
        super().setUp()
        self._claim("C1", SERVICE)
        self.closing = self._closing()
        self.closing.action_generate()
        self.bill = self.closing.move_ids

    def _with(self, right):
        """Return a user with this right only (and what it implies)."""
        return self._user(f"only_{right}", rights=[right])

    def _without(self, right):
        """Return a user with every right that does not imply this one."""
        group = self.env.ref(f"openimis_payable.group_right_{right}")
        others = [
            code
            for code in RIGHTS
            if group
            not in self.env.ref(f"openimis_payable.group_right_{code}").all_implied_ids
        ]
        return self._user(f"all_but_{right}", rights=others)

    def _check(self, right, deed):
        """Let both users try: one may, the other is refused."""
        user, other = self._with(right), self._without(right)
        self.env.flush_all()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            deed(other)
        self.env.invalidate_all()
        return deed(user)

    def _bill_of(self, user):
        return self.bill.with_user(user)

    def _new_bill(self):
        """Return another validated bill and its payment."""
        self.bill.action_post()
        return self.bill.openimis_payment_sent(openimis_code_ext="P1")

    # === CLOSING ===

    def test_111101_generates(self):
        self._claim("C2", SERVICE)

        def deed(user):
            self._user_may_bill(user)
            closing = self.closing.with_user(user)
            closing.action_generate()
            return closing.move_ids

        self.assertEqual(len(self._check("111101", deed)), 2)

    def _user_may_bill(self, user):
        # generating takes the right to create bills as well
        group = self.env.ref("openimis_payable.group_right_156102")
        user.sudo().group_ids = [Command.link(group.id)]

    def test_111102_sees_closings(self):
        self._check("111102", lambda user: self.closing.with_user(user).read(["state"]))

    def test_111103_previews(self):
        def deed(user):
            closing = (
                self.env["openimis.closing"]
                .with_user(user)
                .create(
                    {
                        "company_id": self.company.id,
                        "date_from": "2026-01-01",
                        "date_to": "2026-01-31",
                    }
                )
            )
            closing.action_preview()
            return closing.candidate_ids

        user = self._with("111103")
        self.assertTrue(deed(user))
        searcher = self._user("searcher", rights=["111102", "156101"])
        with self.assertRaises(AccessError):
            deed(searcher)
        with self.assertRaises(AccessError):
            self.closing.with_user(user).action_generate()

    # === BILLS ===

    def test_156101_searches_bills(self):
        def deed(user):
            self._bill_of(user).read(["amount_total"])
            return self.bill.openimis_line_ids.with_user(user).read(["code"])

        self.assertTrue(self._check("156101", deed))

    def test_156101_other_bookkeepers_see_the_entry_and_nothing_behind_it(self):
        stranger = self._user("stranger")
        stranger.group_ids += self.env.ref("account.group_account_invoice")
        bill = self._bill_of(stranger)
        self.assertTrue(bill.read(["amount_total", "name"]))
        for model in ("openimis.payable.line", "openimis.claim"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(stranger).search([])
        with self.assertRaises(AccessError):
            bill.openimis_bill_match_items()

    def test_156102_creates(self):
        def deed(user):
            return (
                self.env["account.move"]
                .with_user(user)
                .openimis_bill_create(
                    {"partner_id": self.facility_a.id, "company_id": self.company.id},
                    [{"code": "L", "unit_price": 5}],
                )
            )

        self.assertEqual(self._check("156102", deed).amount_total, 5)

    def test_156103_updates_and_validates(self):
        def deed(user):
            bill = self._bill_of(user)
            bill.openimis_bill_update({"ref": "R"})
            bill.action_post()
            bill.openimis_bill_suspend()
            bill.openimis_bill_resume()

        self._check("156103", deed)
        self.assertEqual(self.bill.state, "posted")

    def test_156103_guards_plain_writes(self):
        other = self._without("156103")
        for vals in ({"ref": "X"}, {"invoice_line_ids": [Command.clear()]}):
            with self.assertRaises(AccessError):
                self._bill_of(other).write(vals)
        with self.assertRaises(AccessError):
            self._bill_of(other).action_post()

    def test_156104_deletes(self):
        self._check("156104", lambda user: self._bill_of(user).openimis_bill_delete())
        self.assertEqual(self.bill.openimis_status, "4")

    def test_156104_guards_unlink_and_cancel(self):
        other = self._without("156104")
        for deed in ("unlink", "button_cancel"):
            with self.assertRaises(AccessError):
                getattr(self._bill_of(other), deed)()

    def test_156109_amends(self):
        deed = lambda user: self._bill_of(user).openimis_bill_amend()  # noqa: E731
        self.assertEqual(self._check("156109", deed).openimis_replaces_id, self.bill)

    # === PAYMENTS ===

    def test_156201_sees_payments(self):
        imports = self.env["openimis.payment.import"].create(
            {
                "company_id": self.company.id,
                "file": "QQ==",
                "journal_id": self.company.bank_journal_ids[:1].id,
            }
        )
        deed = lambda user: imports.with_user(user).read(["state"])  # noqa: E731
        self.assertTrue(self._check("156201", deed))

    def test_156201_other_bookkeepers_see_the_payment_as_an_entry(self):
        payment = self._new_bill()
        stranger = self._user("stranger")
        stranger.group_ids += self.env.ref("account.group_account_invoice")
        self.assertTrue(payment.with_user(stranger).read(["amount"]))
        with self.assertRaises(AccessError):
            payment.with_user(stranger).openimis_payment_rejected()

    def test_156202_registers_payments(self):
        self.bill.action_post()
        deed = lambda user: self._bill_of(user).openimis_payment_sent()  # noqa: E731
        self._check("156202", deed)
        self.assertEqual(self.bill.openimis_status, "2")

    def test_156202_guards_the_payment_dialog(self):
        self.bill.action_post()
        other = self._without("156202")
        wizard = (
            self.env["account.payment.register"]
            .with_user(other)
            .with_context(active_model="account.move", active_ids=self.bill.ids)
        )
        with self.assertRaises(AccessError):
            wizard.create({})._create_payments()

    def test_156203_rejects_payments(self):
        payment = self._new_bill()
        self._check(
            "156203", lambda user: payment.with_user(user).openimis_payment_rejected()
        )
        self.assertEqual(payment.openimis_status, "0")

    def test_payments_of_another_company_are_out_of_reach(self):
        payment = self._new_bill()
        user = self._with("156203")
        other = self.env["res.company"].create({"name": "Other Scheme"})
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        foreign = payment.with_user(user).with_company(other)
        for deed in (
            foreign.openimis_payment_rejected,
            foreign.openimis_payment_refunded,
        ):
            with self.assertRaises(AccessError):
                deed()
        self.assertEqual(payment.openimis_status, "1")

    def test_156204_deletes_payments(self):
        payment = self._new_bill()
        payment.action_draft()
        self._check("156204", lambda user: payment.with_user(user).unlink())
        self.assertFalse(payment.exists())

    def test_156206_refunds(self):
        payment = self._new_bill()
        self._check(
            "156206", lambda user: payment.with_user(user).openimis_payment_refunded()
        )
        self.assertEqual(payment.openimis_status, "2")

    # === EVENTS ===

    def _message(self, user):
        return (
            self.env["openimis.bill.event"]
            .with_user(user)
            .create({"move_id": self.bill.id, "message": "Please check"})
        )

    def test_156301_reads_events(self):
        events = self.env["openimis.bill.event"].search(
            [("move_id", "=", self.bill.id)]
        )
        deed = lambda user: events.with_user(user).read(["message"])  # noqa: E731
        self.assertTrue(self._check("156301", deed))

    def test_156306_adds_messages(self):
        event = self._check("156306", self._message)
        self.assertEqual(event.event_type, "0")

    def test_156306_writes_messages_only(self):
        user = self._with("156306")
        with self.assertRaises(AccessError):
            self.env["openimis.bill.event"].with_user(user).create(
                {"move_id": self.bill.id, "message": "Paid", "event_type": "3"}
            )

    def test_156307_deletes_own_messages(self):
        user = self._user("author", rights=["156306", "156307"])
        mine, other = self._message(user), self._message(self.env.user)
        mine.unlink()
        with self.assertRaises(AccessError):
            other.with_user(user).unlink()
        writer = self._user("writer", rights=["156306"])
        with self.assertRaises(AccessError):
            self._message(writer).unlink()

    def test_156308_deletes_all_messages_but_not_the_record(self):
        message = self._message(self.clerk)
        user = self._with("156308")
        message.with_user(user).unlink()
        automatic = self.env["openimis.bill.event"].search(
            [("move_id", "=", self.bill.id), ("is_automatic", "=", True)]
        )
        self.assertTrue(automatic)
        with self.assertRaises(AccessError):
            automatic.with_user(user).unlink()

    # === ROLES ===

    def test_roles(self):
        self.assertFalse(self.clerk.has_group("openimis_payable.group_right_156109"))
        self.assertFalse(self.clerk.has_group("openimis_payable.group_right_156206"))
        self.assertTrue(
            self.accountant.has_group("openimis_payable.group_right_156206")
        )
        self.assertFalse(
            self.accountant.has_group("openimis_payable.group_right_111101")
        )
        manager = self._user("boss", "manager")
        for right in RIGHTS:
            self.assertTrue(
                manager.has_group(f"openimis_payable.group_right_{right}"), right
            )


@tagged("post_install", "-at_install")
class TestScope(OpenimisCase):
    """Companies and areas keep apart."""

    def test_companies_are_apart(self):
        claim = self._claim("C1", SERVICE)
        other = self._create_company("Insurance B")
        stranger = self._user("other_company", "manager")
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        for model in ("openimis.claim", "openimis.product", "openimis.location"):
            found = (
                self.env[model]
                .with_user(stranger)
                .with_context(allowed_company_ids=other.ids)
            )
            self.assertFalse(found.search([]), model)
        with self.assertRaises(AccessError):
            claim.with_user(stranger).with_context(allowed_company_ids=other.ids).read(
                ["code"]
            )

    def test_uuid_is_unique_per_company(self):
        other = self._create_company("Insurance B")
        for company in (self.company, other):
            self.env["openimis.location"].create(
                {
                    "code": "X",
                    "name": "X",
                    "openimis_uuid": "U-1",
                    "company_id": company.id,
                }
            )
        with self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
            self.env["openimis.location"].create(
                {
                    "code": "Y",
                    "name": "Y",
                    "openimis_uuid": "U-1",
                    "company_id": self.company.id,
                }
            )

    def test_user_of_an_area_sees_its_documents_only(self):
        self._claim("A1", SERVICE)
        self._claim("B1", SERVICE, health_facility_id=self.facility_b.id)
        closing = self._closing()
        closing.action_generate()
        self.clerk.openimis_location_ids = self.district_b
        claims = self.env["openimis.claim"].with_user(self.clerk).search([])
        self.assertEqual(claims.mapped("code"), ["B1"])
        moves = (
            self.env["account.move"]
            .with_user(self.clerk)
            .search(
                [
                    ("openimis_type", "=", "claim"),
                    ("company_id", "=", self.company.id),
                    ("openimis_in_area", "=", True),
                ]
            )
        )
        self.assertEqual(moves.partner_id, self.facility_b)
        lines = self.env["openimis.payable.line"].with_user(self.clerk).search([])
        self.assertEqual(lines.mapped("code"), ["B1"])
