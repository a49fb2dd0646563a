from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import APRIL, MARCH, DaycareBillingCommon

MAY = APRIL.replace(month=5)


@tagged("post_install", "-at_install")
class TestSettled(DaycareBillingCommon):
    """Melody changes her group with effect from March, at the same price.

    In April the commune gets 1110.00 back for the one group, pays 1110.00 for the
    other, and nothing more, as the placement ended with March.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bracket.month_method = "flat"
        cls.other = cls._group("NUR2", cls.department)
        cls.march = cls._bill(post=True)
        week = {
            line.weekday: line.slot_ids.mapped("number") for line in cls.sector.line_ids
        }
        cls.sector.unlink()
        cls.sector = cls._sector(cls.melody, MARCH, "2021-03-31", week, cls.other)

    def _states(self, run):
        return set(run.billing_line_ids.mapped("billing_state"))

    def test_lines_that_add_up_to_zero_are_settled(self):
        april = self._run(APRIL)
        april.action_compute()
        self.assertEqual(self._states(april), {"to_bill"})
        april.action_preview_invoices()
        self.assertEqual(self._states(april), {"to_bill"})
        self.assertEqual(april.waiting_count, 2)
        april.action_invoice()
        self.assertEqual(
            sorted(april.billing_line_ids.mapped("amount")), [-1110.00, 1110.00]
        )
        self.assertEqual(self._states(april), {"settled"})
        self.assertFalse(april.move_ids)
        april.invalidate_recordset()
        self.assertEqual((april.state, april.waiting_count), ("done", 0))
        told = april.exchange_message_ids.filtered(lambda m: m.code == "zero_total")
        self.assertIn("settled without invoice", told[0].text)

    def test_settled_lines_wait_no_longer_and_are_not_corrected_again(self):
        self._bill(APRIL)
        may = self._bill(MAY)
        self.assertFalse(may.billing_line_ids)
        self.assertNotIn("not_invoiced", self._codes(may))

    def test_undo_opens_them_again(self):
        april = self._bill(APRIL)
        april.action_undo()
        self.assertEqual(self._states(april), {"to_bill"})
        april.action_invoice()
        self.assertEqual(self._states(april), {"settled"})
        april.action_compute()
        self.assertEqual(len(april.billing_line_ids), 2)
        self.assertEqual(self._states(april), {"to_bill"})

    def test_other_debtors_are_invoiced(self):
        tom = self._child("Mory", "Tom", self.mother)
        self._sector(tom, APRIL, "2021-04-30", {"mon": (1, 2, 3, 4, 5, 6)})
        april = self._bill(APRIL, post=True)
        self.assertEqual(april.stage, "posted")
        self.assertEqual(april.move_ids.partner_id, self.mother.partner_id)
        self.assertEqual(self._states(april), {"billed", "settled"})
        with self.assertRaises(UserError):
            april.action_undo()

    def test_reports_know_them(self):
        self._bill(APRIL)
        self.env.invalidate_all()
        rows = self.env["daycare.occupancy.billing"].search([("month", "=", MARCH)])
        self.assertEqual(
            {row.group_id.code: (row.invoiced_days, row.amount) for row in rows},
            {"NUR1": (0, 0), "NUR2": (14, 1110.00)},
        )
        lines = self.env["daycare.billing.line"]
        known = lines.search(lines._invoiced_domain())
        by_group = known.grouped("group_id")
        self.assertEqual(sum(by_group[self.group].mapped("amount")), 0)
        self.assertEqual(sum(by_group[self.other].mapped("amount")), 1110.00)

    def test_attestation_adds_them(self):
        """Melody's lines add up to what was paid for her; nobody else's are in it."""
        self._bill(APRIL)
        for paid_only in (False, True):
            wizard = self.env["daycare.attestation"].create(
                {"year": 2021, "paid_only": paid_only}
            )
            total = sum(page["total"] for page in wizard._pages())
            self.assertEqual(total, 0 if paid_only else 1110.00)
