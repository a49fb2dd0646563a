from odoo import models
from odoo.exceptions import UserError

from odoo.addons.openimis_payable.models.rights import has_right

#: states of a batch whose payments are under way and not yet registered
UNDER_WAY = ("draft", "open", "generated")


class AccountMove(models.Model):
    """Bills of openIMIS that are paid in batches."""

    _inherit = "account.move"

    def action_openimis_pay_in_batch(self):
        """Ask how and when to pay these bills, and make one batch of them.

        :return: a window action
        :raises AccessError: without right 156202, or a bill of another area
        :raises UserError: none of these is a bill of openIMIS
        """
        bills = self.filtered("openimis_type")
        if not bills:
            raise UserError(self.env._("There is no bill of openIMIS among these."))
        bills._openimis_require("156202")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pay in a Batch"),
            "res_model": "openimis.batch.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_company_id": bills[:1].company_id.id,
                "default_move_ids": bills.ids,
            },
        }

    def _openimis_owed_items(self):
        """Return the journal items by which these bills still owe something."""
        # sudo: who may pay a bill may know what it owes
        return (
            self.sudo()
            .line_ids.filtered(
                lambda line: line.account_type == "liability_payable"
                and not line.reconciled
            )
            .sudo(False)
        )

    def _openimis_advances(self):
        """Return what third parties owe back, and the bills to set it off against.

        Payments on account, what was paid too much, and credit notes for who may cancel
        bills: each with the bills of the same third party, account and currency.

        :return: list of (items of the bills, items to set off), those with both only
        """
        owed = self._openimis_owed_items()
        kinds = [("move_id.origin_payment_id", "!=", False)]
        if has_right(self.env, "156104"):
            kinds = ["|", ("move_id.move_type", "=", "in_refund"), *kinds]
        # sudo: who may pay a bill may know what was paid before
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("account_id", "in", owed.account_id.ids),
                    ("currency_id", "in", owed.currency_id.ids),
                    ("partner_id", "child_of", self.commercial_partner_id.ids),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual_currency", ">", 0),
                    ("move_id.openimis_suspended", "=", False),
                    *kinds,
                ],
                order="date, id",
            )
            .sudo(False)
        )
        open_items = items.grouped(_set_off_key)
        return [
            (mine, open_items[key])
            for key, mine in owed.grouped(_set_off_key).items()
            if key in open_items
        ]

    def _openimis_set_off(self):
        """Set advances and credit notes off against these bills, the oldest first.

        :raises AccessError: without right 156202, or a bill of another area
        """
        self._openimis_require("156202")
        for owed, advances in self._openimis_advances():
            (owed | advances).reconcile()

    def _openimis_account(self, method):
        """Return the account to pay to: the first one that the method's files take.

        The bill's own comes first, then the third party's in their order.

        :param method: the `account.payment.method.line` that pays
        :return: a `res.partner.bank` record; one that does not fit where none does
        """
        # sudo: who may pay a bill may know where to
        bill = self.sudo()
        accounts = bill.partner_bank_id | bill.commercial_partner_id.bank_ids
        fitting = accounts.filtered(method.sudo()._openimis_takes)
        return (fitting or accounts)[:1].sudo(False)

    def _openimis_batches_under_way(self):
        """Return the batches that will pay these bills and have not yet done so.

        :return: dict {bill: `account.payment.order` records}, of bills in batches only
        """
        # sudo: a bill is not paid twice because its payer does not see the batch
        lines = (
            self.env["account.payment.line"]
            .sudo()
            .search(
                [
                    ("move_line_id.move_id", "in", self.ids),
                    ("order_id.state", "in", UNDER_WAY),
                ]
            )
        )
        found = {}
        for line in lines:
            bill = line.move_line_id.move_id.with_env(self.env)
            found[bill] = found.get(bill, line.order_id.browse()) | line.order_id
        return found

    def _openimis_batch_reasons(self):
        """Say why bills cannot go into a new batch, or be paid beside one.

        :return: dict {bill: text for the user}, of those bills only
        """
        batches = self._openimis_batches_under_way()
        reasons = {}
        for bill in self:
            reason = bill._openimis_unpayable_reason()
            if not reason and bill in batches:
                reason = bill._openimis_in_batch_text(batches[bill])
            if reason:
                reasons[bill] = reason
        return reasons

    def _openimis_in_batch_text(self, batches):
        return self.env._(
            "Bill %(bill)s is in batch %(batch)s. Send that batch, or take the bill "
            "out of it.",
            bill=self._openimis_label(),
            batch=", ".join(batches.mapped("name")),
        )

    def _check_openimis_payable(self):
        """Refuse to pay a bill beside the batch it is in, too.

        :raises UserError: naming the first such bill
        """
        result = super()._check_openimis_payable()
        for reason in self._openimis_batch_reasons().values():
            raise UserError(reason)
        return result

    def _get_payment_order_communication_direct(self):
        """Tell the third party the code by which it knows the bill."""
        own = self.openimis_type and self.openimis_code
        return own or super()._get_payment_order_communication_direct()


def _set_off_key(item):
    """Return what two items share that can be set off against each other."""
    # sudo: as in _openimis_advances
    known = item.sudo()
    return (
        known.company_id,
        known.partner_id.commercial_partner_id,
        known.account_id,
        known.currency_id,
    )
