from odoo.tests import freeze_time, tagged

from .common import DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestStartPage(DaycareBillingCommon):
    """What the start page says of the months."""

    def _forgotten(self):
        months = self.env.ref("daycare_billing.exchange_card_months")
        months.invalidate_recordset()  # the page is opened anew
        label = "Months without invoices"
        return next((f for f in months.figures if f["label"] == label), None)

    def _run(self, month):
        return self.env["daycare.billing.run"].create({"month": month})

    @freeze_time("2026-11-30")
    def test_a_month_that_was_passed_over_is_named_and_begun_from_there(self):
        self.assertFalse(self._forgotten(), "nothing was invoiced yet")
        self._run("2026-08-01")
        self.assertEqual(self._forgotten()["value"], "Sep 2026, Oct 2026")
        self._run("2026-09-01")
        self._run("2026-10-01")
        self.assertFalse(self._forgotten(), "this month is not over")
        self._run("2026-12-01")
        figure = self._forgotten()
        self.assertEqual((figure["value"], figure["tone"]), ("Nov 2026", "danger"))
        action = figure["action"]
        run = self.env["daycare.billing.run"].with_context(**action["context"]).new()
        self.assertEqual(action["views"][0][1], "form")
        self.assertEqual(run.month.isoformat(), "2026-11-01")

    @freeze_time("2026-11-30")
    def test_who_invoices_ahead_is_offered_the_month_before(self):
        self.company.sudo().daycare_service_period = "next"
        self._run("2026-08-01")
        self.assertEqual(self._forgotten()["value"], "Oct 2026")
        context = self._forgotten()["action"]["context"]
        self.assertEqual(context["default_month"], "2026-09-01")

    def test_the_list_of_open_invoices_shows_what_is_open(self):
        card = self.env.ref("daycare_billing.exchange_card_open").with_env(self.env)
        [view] = [v for v, kind in card.figures[0]["action"]["views"] if kind == "list"]
        arch = self.env["account.move"].get_view(view, "list")["arch"]
        self.assertRegex(arch, r'name="amount_residual_signed"[^>]*optional="show"')
