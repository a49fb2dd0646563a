"""What happens to money in a random history: it is paid, and comes back."""

import base64
from decimal import Decimal


class MoneyDeeds:
    """Payments of every kind; see `history.History`, which this is a part of."""

    def _note(self, payment, shares, paid=None, fees=None):
        """Remember what a payment settles."""
        day = str(payment.date)
        for bill, amount in shares.items():
            self.settled.setdefault(bill, {})[payment] = (amount, day)
        self.money[payment] = sum(shares.values()) if paid is None else paid
        if fees:
            self.fees[payment] = fees

    def import_file(self, row, **vals):
        """Import a bank's file of one row.

        :return: the run
        """
        text = "code,amount,status,code_ext,date,fees\n" + row + "\n"
        run = (
            self.env["openimis.payment.import"]
            .with_user(self.case.accountant)
            .create(
                {
                    "company_id": self.company.id,
                    "file": base64.b64encode(text.encode()),
                    "journal_id": self.bank.id,
                    **vals,
                }
            )
        )
        run.action_run()
        self.case.assertEqual(
            run.state, "done", run.exchange_message_ids.mapped("text")
        )
        return run

    def pay_by_file(self):
        """The bank's file pays a bill, in whole or in part, and comes twice."""
        for bill in self.pick(self.owing()):
            amount = self.share(self.due(bill))
            fees = self.rng.choice(["", "1.25"])
            reference = self.reference()
            code, day = bill.openimis_code, self.day()
            row = f"{code},{amount},accepted,{reference},{day},{fees}"
            payment = self.import_file(row).payment_ids
            self._note(payment, {bill: amount}, fees=fees and Decimal(fees))
            self.import_file(row, import_again=True)

    def _register(self, bills, **vals):
        return (
            self.env["account.payment.register"]
            .with_user(self.case.accountant)
            .with_context(active_model="account.move", active_ids=bills.ids)
            .create({"journal_id": self.bank.id, "payment_date": self.day(), **vals})
            ._create_payments()
        )

    def pay_by_form(self):
        """Odoo's dialog pays a bill."""
        for bill in self.pick(self.owing()):
            amount = self.share(self.due(bill))
            payment = self._register(bill, amount=float(amount))
            self._note(payment, {bill: amount})

    def pay_together(self):
        """Odoo's dialog pays all that one facility is owed by one payment."""
        for bill in self.pick(self.owing()):
            bills = self.owing().filtered_domain(
                [("partner_id", "=", bill.partner_id.id)]
            )
            shares = {each: self.due(each) for each in bills}
            self._note(self._register(bills, group_payment=True), shares)

    def pay_in_advance(self):
        """A payment of Odoo's own is matched with a bill: outstanding debits."""
        for bill in self.pick(self.owing()):
            paid = self.share(self.due(bill)) + self.rng.choice([0, 5])
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "outbound",
                    "partner_type": "supplier",
                    "partner_id": bill.partner_id.id,
                    "amount": float(paid),
                    "date": self.day(),
                    "journal_id": self.bank.id,
                    "memo": self.reference(),
                }
            )
            payment.action_post()
            self._assign(bill, payment)
            self._note(payment, {bill: min(paid, self.due(bill))}, paid=paid)

    def pay_by_statement(self):
        """The bank's statement is matched with the bill itself."""
        for bill in self.pick(self.owing()):
            amount = self.share(self.due(bill))
            line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self.bank.id,
                    "date": self.day(),
                    "payment_ref": self.reference(),
                    "partner_id": bill.partner_id.id,
                    "amount": -float(amount),
                }
            )
            owed = bill.line_ids.filtered(
                lambda line: line.account_id.account_type == "liability_payable"
            )
            _bank, suspense, _other = line._seek_for_lines()
            suspense.account_id = owed.account_id
            (suspense | owed).with_user(self.case.accountant).reconcile()
            self.settled.setdefault(bill, {})[line] = (amount, str(line.date))
            self.money[line] = amount

    def change_fees(self):
        """The fees of a payment are corrected, to nothing too."""
        payments = [p for p in self.money if p._name == "account.payment"]
        if payments:
            payment = self.rng.choice(payments)
            self.fees[payment] = Decimal(self.rng.choice(["0", "2.50", "7.05"]))
            payment.with_user(self.case.accountant).openimis_fees = float(
                self.fees[payment]
            )

    def _take_back(self, payment, deed):
        deed(payment.with_user(self.case.accountant))
        self._forget(payment)

    def _forget(self, payment):
        for settled in self.settled.values():
            settled.pop(payment, None)
        self.money.pop(payment)
        self.fees.pop(payment, None)

    def _some_payment(self):
        payments = [p for p in self.money if p._name == "account.payment"]
        return self.pick(payments) or self.env["account.payment"]

    def reject(self):
        """The bank sends a payment back, by its file or by telephone."""
        for payment in self._some_payment():
            code = payment.openimis_code_ext
            if code and self.rng.random() < 0.5:
                self.import_file(f",,rejected,{code},,")
                self._forget(payment)
            else:
                self._take_back(payment, lambda p: p.openimis_payment_rejected("no"))

    def refund(self):
        """A facility pays back: its bills are due and suspended, then resumed."""
        for payment in self._some_payment():
            bills = self.env["account.move"].union(
                *(bill for bill in self.settled if payment in self.settled[bill])
            )
            others = self.env["account.move"].union(*self.settled) - bills
            suspended = others.filtered("openimis_suspended")
            fees = self.fees.get(payment)
            self._take_back(payment, lambda p: p.openimis_payment_refunded(self.day()))
            if fees:
                # the money was on its way once: what that cost is not paid back
                self.fees[payment] = fees
            self.check()
            self.case.assertTrue(all(bills.mapped("openimis_suspended")))
            self.case.assertEqual(others.filtered("openimis_suspended"), suspended)
            bills.with_user(self.case.accountant).openimis_bill_resume()

    def unmatch(self, everything=False):
        """The match of a line of the bank's statement is undone, and the line goes."""
        lines = [line for line in self.money if line._name != "account.payment"]
        for line in lines if everything else lines[:1]:
            line.action_undo_reconciliation()
            self._forget(line)

    def take_off(self):
        """A payment is taken off a bill, and stays with the facility."""
        for payment in self._some_payment():
            bill = self.pick([b for b in self.settled if payment in self.settled[b]])
            if not bill:
                continue
            partials = payment.move_id.line_ids.matched_credit_ids.filtered_domain(
                [("credit_move_id.move_id", "=", bill.id)]
            )
            mine = bill.with_user(self.case.accountant)
            mine.js_remove_outstanding_partial(partials.id)
            del self.settled[bill][payment]

    def put_on(self):
        """What is left of a payment is matched with a bill of the facility."""
        for payment in self._some_payment():
            used = [
                each[payment][0] for each in self.settled.values() if payment in each
            ]
            left = self.money[payment] - sum(used)
            bill = self.pick(
                [
                    bill
                    for bill in self.owing()
                    if bill.partner_id == payment.partner_id
                    and payment not in self.settled.get(bill, {})
                ]
            )
            if bill and left:
                amount = min(left, self.due(bill))
                self._assign(bill, payment)
                self.settled.setdefault(bill, {})[payment] = (amount, str(payment.date))

    def _assign(self, bill, payment):
        line = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        bill.with_user(self.case.accountant).js_assign_outstanding_line(line.id)
