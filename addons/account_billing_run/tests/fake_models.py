"""A source document and its converter that exist only while a test runs."""

from odoo import fields, models
from odoo.fields import Command

from odoo.addons.exchange_run.tests.fake_models import register as register_models
from odoo.addons.exchange_run.tests.fake_models import temporary


@temporary
class FakeFee(models.Model):
    _name = "account.billing.fake.fee"
    _description = "Fake Fee"
    _module = "account_billing_run"
    _inherit = ["account.billing.source.mixin"]

    name = fields.Char()
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    partner_id = fields.Many2one("res.partner")
    day = fields.Date(default="2026-01-15")
    amount = fields.Float(digits=(16, 2))
    account_id = fields.Many2one("account.account")
    tax_ids = fields.Many2many(
        "account.tax", relation="account_billing_fake_fee_tax_rel"
    )


@temporary
class FakeConverter(models.AbstractModel):
    _name = "account.billing.fake.converter"
    _description = "Fake Fees"
    _module = "account_billing_run"
    _inherit = ["account.billing.converter"]

    _source_model = "account.billing.fake.fee"

    def _sources_domain(self, batch):
        run = batch.run
        return [
            ("company_id", "=", run.company_id.id),
            ("day", ">=", run.date_from),
            ("day", "<=", run.date_to),
        ]

    def _exclusions(self, batch, sources):
        return {
            fee.id: ("no_amount", f"{fee.name} has no amount")
            for fee in sources
            if not fee.amount
        }

    def _group_key(self, batch, source):
        return (source.partner_id.id,)

    def _group_label(self, batch, key, sources):
        return sources.partner_id.name

    def _prepare_move_vals(self, batch, key, sources):
        return {"partner_id": key[0], "ref": f"FEE-{key[0]}"}

    def _prepare_lines(self, batch, key, sources):
        return [
            {
                "name": fee.name,
                "quantity": 3,
                "price_unit": fee.amount / 3,
                "account_id": fee.account_id.id,
                "tax_ids": [Command.set(fee.tax_ids.ids)],
            }
            for fee in sources
        ]

    def _source_amounts(self, batch, sources):
        return {source.id: source.amount for source in sources}


@temporary
class FakeSecondConverter(models.AbstractModel):
    """A commission on the same fees: a bill of its own."""

    _name = "account.billing.fake.commission"
    _description = "Fake Commissions"
    _module = "account_billing_run"
    _inherit = ["account.billing.fake.converter"]
    _marks_source = False


def register(test_class):
    register_models(test_class, FakeFee, FakeConverter, FakeSecondConverter)
