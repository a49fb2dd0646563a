from odoo.tests import Form, TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestInvoiceForm(TransactionCase):
    """A plain bill, typed as anybody types it, is as without this addon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.env.user.group_ids |= cls.env.ref("analytic.group_analytic_accounting")
        plan = cls.env["account.analytic.plan"].create({"name": "Cost Centres"})
        cls.accounts = cls.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("A1", "A2", "A3")]
        )
        cls.vendors = cls.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        cls.env["account.analytic.distribution.model"].create(
            [
                {
                    "partner_id": vendor.id,
                    "analytic_distribution": {str(account.id): 100},
                }
                for vendor, account in zip(cls.vendors, cls.accounts[:2], strict=True)
            ]
        )

    def bill(self):
        form = Form(
            self.env["account.move"].with_context(default_move_type="in_invoice")
        )
        form.partner_id = self.vendors[0]
        form.invoice_date = "2026-01-31"
        with form.invoice_line_ids.new() as line:
            line.name, line.price_unit = "Paper", 10
        return form

    def distribution(self, bill):
        return bill.invoice_line_ids.analytic_distribution

    def test_another_vendor_reaches_the_lines(self):
        form = self.bill()
        form.partner_id = self.vendors[1]
        with form.invoice_line_ids.edit(0) as line:
            shown = line.analytic_distribution
        self.assertEqual(shown, {str(self.accounts[1].id): 100})
        self.assertEqual(self.distribution(form.save()), shown)

    def test_what_is_typed_after_another_vendor_stays(self):
        form = self.bill()
        form.partner_id = self.vendors[1]
        typed = {str(self.accounts[2].id): 100}
        with form.invoice_line_ids.edit(0) as line:
            line.analytic_distribution = typed
        self.assertEqual(self.distribution(form.save()), typed)

    def test_no_override_loses_a_decorator(self):
        """Odoo looks for `@api.onchange` and its like on the last override only."""
        lost = []
        for name, method in self.overrides("account.move", "account.move.line"):
            for decorator in ("_onchange", "_depends", "_constrains", "_ondelete"):
                below = [getattr(m, decorator, None) for m in method[1:]]
                if any(below) and getattr(method[0], decorator, None) is None:
                    lost.append((name, decorator))
        self.assertEqual(lost, [])

    def overrides(self, *models):
        """Yield (name, [methods, the last override first]) of Odoo's own methods."""
        for model in models:
            classes = type(self.env[model]).__mro__
            names = {
                name
                for cls in classes
                if "account_billing_run" in cls.__module__
                for name, value in vars(cls).items()
                if callable(value)
            }
            for name in sorted(names):
                yield name, [vars(cls)[name] for cls in classes if name in vars(cls)]

    def test_runs_offer_what_they_can_bill(self):
        """No abstract base, and none that needs choices of its own."""
        accountant = new_test_user(
            self.env, "accountant", "account.group_account_manager"
        )
        run = self.env["account.billing.run"].with_user(accountant)
        for name, _label in run._fields["converter"]._description_selection(run.env):
            self.assertTrue(self.env[name]._source_model, name)
