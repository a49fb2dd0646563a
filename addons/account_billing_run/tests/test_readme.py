from odoo.tests import tagged

from odoo.addons.exchange_run.tests.common import readme_blocks
from odoo.addons.exchange_run.tests.fake_models import register

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestReadme(BillingCase):
    """The example that developers start from works as it is printed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = {"__name__": "odoo.addons.account_billing_run.readme"}
        code = readme_blocks("account_billing_run", "python")
        exec("from odoo import api, fields, models\n" + "\n".join(code), names)
        register(cls, names["HotelStay"], names["HotelStayConverter"])
        cls.env["ir.model.access"].create(
            {
                "name": "stays",
                "model_id": cls.env["ir.model"]._get_id("hotel.stay"),
                "group_id": cls.env.ref("account.group_account_invoice").id,
                "perm_read": True,
            }
        )

    def make_stay(self, **vals):
        guest = {"guest_id": self.partner_a.id, "date_end": "2026-01-10"}
        stay = {"name": "Room 7", "nights": 3, "price": 33.35}
        return self.env["hotel.stay"].sudo().create({**stay, **guest, **vals})

    def test_kind_is_among_those_of_billing_runs(self):
        Run = self.env["account.billing.run"]
        kinds = dict(Run._fields["converter"]._description_selection(self.env))
        self.assertEqual(kinds["hotel.stay.converter"], "Stays to Invoices")
        self.assertNotIn("account.billing.converter", kinds)

    def test_stays_become_one_invoice_a_guest(self):
        stays = self.make_stay() | self.make_stay(name="Room 8", nights=1)
        other = self.make_stay(guest_id=self.partner_b.id, price=10)
        free = self.make_stay(price=0)
        late = self.make_stay(date_end="2026-02-01")
        run = self.bill(converter="hotel.stay.converter")
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        first, second = run.move_ids.sorted("amount_untaxed", reverse=True)
        self.assertRecordValues(
            first | second,
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner_a.id,
                    "ref": "Room 7, Room 8",
                    "amount_untaxed": 133.4,
                },
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner_b.id,
                    "ref": "Room 7",
                    "amount_untaxed": 30,
                },
            ],
        )
        self.assertEqual(stays.billing_move_id, first)
        self.assertEqual(other.billing_move_id, second)
        self.assertEqual(run.line_ids.mapped("label"), ["Room 7", "Room 7"])
        amounts = first.billing_link_ids.mapped("amount")
        self.assertEqual(amounts, [100.05, 33.35])
        self.assertEqual(run.exchange_message_ids.text, "No price agreed")
        self.assertEqual((free | late).mapped("billing_state"), ["to_bill", "to_bill"])
