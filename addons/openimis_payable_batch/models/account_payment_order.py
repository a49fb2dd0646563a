from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount, format_date

from odoo.addons.exchange_run.core.money import ZERO, exact
from odoo.addons.exchange_run.told import unprompted

from ..core import payment_layout
from .account_payment_method import BY_LAYOUT, SWISS

#: decimals that no currency exceeds: what is beyond is noise of floats
PRECISE = 6
#: what a second person approves besides the lines
APPROVED = {
    "date_prefered",
    "date_scheduled",
    "journal_id",
    "payment_line_ids",
    "payment_method_line_id",
}


class AccountPaymentOrder(models.Model):
    """A batch that pays bills of openIMIS: the same rights and rules as one payment.

    Its states are the program's: confirmed by who may pay, sent once, and registered
    when it is, by the payments' own methods.
    """

    _name = "account.payment.order"
    _inherit = ["account.payment.order", "exchange.engine.mixin"]

    state = fields.Selection(engine=True)
    date_generated = fields.Date(engine=True)
    date_uploaded = fields.Date(engine=True)
    payment_file_id = fields.Many2one(engine=True)
    # chosen where a batch is made, though OCA shows it only
    date_prefered = fields.Selection(engine=False)
    payment_ids = fields.One2many(engine=True)
    payment_lot_ids = fields.One2many(engine=True)
    openimis_file_reference = fields.Char(
        "File Reference",
        readonly=True,
        copy=False,
        engine=True,
        index="btree_not_null",
        help="What the file calls itself (MsgId). A batch that is confirmed again gets "
        "another one: a bank takes none twice.",
    )
    openimis_is_batch = fields.Boolean(
        "Pays openIMIS Bills", compute="_compute_openimis_is_batch"
    )
    openimis_preparer_ids = fields.Many2many(
        "res.users",
        string="Prepared By",
        readonly=True,
        copy=False,
        engine=True,
        help="Whoever chose what is paid, from where and when. With approval by a "
        "second person, somebody else confirms.",
    )

    @api.depends("payment_line_ids.move_line_id")
    def _compute_openimis_is_batch(self):
        for order in self:
            order.openimis_is_batch = bool(order.payment_line_ids._openimis_bills())

    @api.depends("openimis_is_batch", "company_id.currency_id")
    def _compute_sepa(self):
        """Warn of what is not SEPA only where SEPA is meant: in a scheme of euros."""
        result = super()._compute_sepa()
        euro = self.env.ref("base.EUR")
        for order in self.filtered("openimis_is_batch"):
            if order.company_id.currency_id != euro:
                order.show_warning_not_sepa = False
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Create batches, and remember who did."""
        orders = super().create(vals_list)
        orders._openimis_note_preparer()
        return orders

    def write(self, vals):
        """Change batches; what is confirmed stays, and who prepares is remembered.

        :raises AccessError: a field that only the program writes
        :raises UserError: the batch is confirmed already
        """
        changed = APPROVED.intersection(vals)
        if changed and not self._is_engine_writing():
            self.payment_line_ids._openimis_check_changeable()
        result = super().write(vals)
        if changed:
            self._openimis_note_preparer()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        for order in self:
            if order.state in ("open", "generated") and order.openimis_is_batch:
                raise UserError(
                    self.env._("Batch %s is confirmed. Cancel it first.", order.name)
                )

    def _openimis_note_preparer(self):
        """Remember who prepares these batches, unless the program works."""
        if self._is_engine_writing():
            return
        user = self.env.user
        with self._engine_writes():
            for order in self.filtered(lambda o: user not in o.openimis_preparer_ids):
                order.openimis_preparer_ids |= user

    def _openimis_preparers(self):
        """Return who chose what is paid, from where and when, and to which accounts.

        An account that nobody approved with its bill is chosen by who entered it, or
        last changed or trusted it, since the bill was validated.
        """
        accounts = self.payment_line_ids._openimis_unapproved_accounts()
        persons = accounts.create_uid | accounts.write_uid
        return self.openimis_preparer_ids | persons

    # === STEPS ===

    @unprompted
    def draft2open(self):
        """Confirm batches: each third party's bills become one payment.

        :raises AccessError: without right 156202, or a bill of another area
        :raises UserError: a bill cannot be paid, or a second person has to confirm
        """
        self._openimis_check_state("draft")
        self._openimis_check_bills()
        self._openimis_check_second_person()
        with self._engine_writes():
            result = super().draft2open()
            for order in self.filtered("openimis_is_batch"):
                order.openimis_file_reference = order._openimis_next_reference()
        self._openimis_check_entries()
        return result

    @unprompted
    def open2generated(self):
        """Write the file for the bank or the operator; see :meth:`draft2open`."""
        self._openimis_check_state("open")
        self._openimis_check_bills()
        self._openimis_check_accounts()
        with self._engine_writes():
            return super().open2generated()

    @unprompted
    def generated2uploaded(self):
        """Register the payments: the file has been sent; see :meth:`draft2open`."""
        self._openimis_check_state("generated")
        self._openimis_check_bills()
        self._openimis_check_day()
        with self._engine_writes():
            return super().generated2uploaded()

    @unprompted
    def action_cancel(self):
        """Cancel batches; payments that were registered are taken back."""
        if bills := self._openimis_bills():
            registered = "uploaded" in self.mapped("state")
            bills._openimis_require("156203" if registered else "156202")
        with self._engine_writes():
            return super().action_cancel()

    @unprompted
    def cancel2draft(self):
        """Prepare cancelled batches anew; their payments were never made."""
        self._openimis_check_state("cancel")
        # sudo below: payments that were never made go with right 156202, those that
        # were cancelled after they were sent with 156204
        if bills := self._openimis_bills():
            registered = any(order.date_uploaded for order in self)
            bills._openimis_require("156204" if registered else "156202")
        orders = self.sudo() if bills else self
        with self._engine_writes():
            return super(AccountPaymentOrder, orders).cancel2draft()

    # === FILES ===

    def _openimis_next_reference(self):
        """Return a reference of a payment or file that is used up for good.

        A batch that is confirmed again never repeats one that the bank has seen.
        """
        # sudo: the number of a payment that its user may make
        sequence = self.env["ir.sequence"].sudo().with_company(self.company_id)
        return sequence.next_by_code("openimis.payment.reference")

    def _generate_group_header_block(self, parent_node, gen_args):
        """Give the bank a reference of the file of which there is no other."""
        header = super()._generate_group_header_block(parent_node, gen_args)
        if self.openimis_file_reference:
            header.MsgId = self._prepare_field(
                "Message Identification",
                self.openimis_file_reference,
                35,
                gen_args,
                raise_if_oversized=True,
            )
        return header

    def generate_payment_file(self):
        """Write the file of a batch by the layout of its method.

        :return: tuple (bytes, extension)
        :raises UserError: a payment that the file cannot take, with all reasons
        """
        self.ensure_one()
        if self.payment_method_id.code != BY_LAYOUT:
            return super().generate_payment_file()
        layout = self.payment_method_line_id.openimis_layout_id
        payments = self.payment_ids.sorted("id")
        written = payment_layout.write(layout._to_core(), self._layout_values(payments))
        if written.faults:
            raise UserError(
                "\n".join(
                    self._layout_fault(layout, payments, fault)
                    for fault in written.faults
                )
            )
        return written.content, layout.extension

    def _generate_pain_nsmap(self):
        # the Swiss version has the namespace of the general one
        nsmap = super()._generate_pain_nsmap()
        version = self.payment_method_id.pain_version
        if version == SWISS:
            nsmap[None] = nsmap[None].replace(SWISS, SWISS.partition(".ch.")[0])
        return nsmap

    def _generate_charge_bearer(self, parent_node):
        # “by service level” without one: Swiss banks want nothing to be said then
        swiss = self.payment_method_id.pain_version == SWISS
        if swiss and not self.sepa and self.charge_bearer == "SLEV":
            return None
        return super()._generate_charge_bearer(parent_node)

    def _layout_fault(self, layout, payments, fault):
        text = layout._fault_text(fault)
        if fault.row is None:
            return text
        payment = payments[fault.row]
        return self.env._(
            "%(partner)s (%(bills)s): %(fault)s",
            partner=payment.partner_id.display_name,
            bills=payment.payment_reference or payment.memo,
            fault=text,
        )

    def _layout_values(self, payments):
        """Return what a layout may write of each payment."""
        own = self.company_partner_bank_id
        total = sum((exact(p.amount, PRECISE) for p in payments), ZERO)
        return [
            {
                "account": payment.partner_bank_id.sanitized_acc_number,
                "amount": exact(payment.amount, PRECISE),
                "batch": self.name,
                "bic": payment.partner_bank_id.bank_bic,
                "communication": payment.payment_reference,
                "company": self.company_id.name,
                "company_account": own.sanitized_acc_number,
                "count": str(len(payments)),
                "currency": payment.currency_id.name,
                "date": payment.date,
                "holder": payment.partner_bank_id.acc_holder_name
                or payment.partner_id.name,
                "number": str(number),
                "partner_code": payment.partner_id.openimis_code,
                "phone": payment.partner_id.phone,
                "reference": payment.openimis_code_ext or payment.memo,
                "total": total,
            }
            for number, payment in enumerate(payments, 1)
        ]

    # === CHECKS ===

    def _openimis_bills(self):
        return self.payment_line_ids._openimis_bills()

    def _openimis_check_state(self, state):
        """Refuse a step that does not come next: a button pressed twice, another user.

        :raises UserError: naming the batch and its state
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for order in self.filtered(lambda o: o.openimis_is_batch and o.state != state):
            raise UserError(
                self.env._(
                    "Batch %(batch)s is in the state “%(state)s” by now. Load the page "
                    "again.",
                    batch=order.name,
                    state=labels[order.state],
                )
            )

    def _openimis_check_bills(self):
        """Refuse to pay what cannot be paid any more, at every step.

        :raises AccessError: without right 156202, or a bill of another area
        :raises UserError: with a line for each bill
        """
        bills = self._openimis_bills()
        if not bills:
            return
        bills._openimis_require("156202")
        reasons = [bill._openimis_unpayable_reason() for bill in bills]
        reasons += self._openimis_amount_reasons()
        reasons += self._openimis_owner_reasons()
        if found := list(filter(None, reasons)):
            raise UserError("\n".join(found))

    def _openimis_amount_reasons(self):
        """Return a text for each bill that owes less than its batch pays."""
        reasons = []
        # sudo: who may pay a bill may know what it owes
        for line in self.sudo().payment_line_ids:
            if not line._openimis_bills():
                continue
            owed = -line.move_line_id.amount_residual_currency
            currency = line.currency_id
            if currency.compare_amounts(line.amount_currency, owed) > 0:
                reasons.append(
                    self.env._(
                        "Bill %(bill)s: batch %(batch)s pays %(amount)s, %(owed)s is "
                        "still owed.",
                        bill=line.move_line_id.move_id._openimis_label(),
                        batch=line.order_id.name,
                        amount=format_amount(self.env, line.amount_currency, currency),
                        owed=format_amount(self.env, owed, currency),
                    )
                )
        return reasons

    def _openimis_owner_reasons(self):
        """Return a text for each bill that would be paid to somebody else."""
        # sudo: whose an account is decides, whoever may see it
        lines = self.sudo().payment_line_ids
        return [line._openimis_owner_reason() for line in lines]

    def _openimis_check_accounts(self):
        """Refuse a file that would say another thing than what was confirmed.

        :raises UserError: naming each account that is another one by now, or is not
            trusted any more, and what the file is written by that was changed
        """
        reasons = []
        for order in self.filtered("openimis_is_batch"):
            # sudo: what is sent decides, whoever may see the accounts
            payments = order.sudo().payment_ids
            reasons += [order._openimis_account_reason(paid) for paid in payments]
            moment = min(payments.mapped("create_date"), default=fields.Datetime.now())
            reasons += [
                self.env._(
                    "%(name)s was changed after batch %(batch)s was confirmed. Cancel "
                    "the batch and confirm it again.",
                    name=name,
                    batch=order.name,
                )
                for name in order._openimis_written_otherwise(moment)
            ]
        if found := list(filter(None, reasons)):
            raise UserError("\n".join(found))

    def _openimis_written_otherwise(self, moment):
        """Return the names of what the file is written by and was changed since.

        :param moment: when it was shown to who approved it
        """
        # sudo: what is sent decides, whoever may see it
        method = self.sudo().payment_method_line_id
        layout = method.openimis_layout_id
        changed = []
        if method.write_date > moment:
            changed.append(method.display_name)
        if self.payment_method_id.code == BY_LAYOUT and layout._changed_since(moment):
            changed.append(layout.display_name)
        return changed

    def _openimis_account_reason(self, payment):
        """Say why a payment does not go where it was confirmed to."""
        account, number = payment.partner_bank_id, payment.openimis_account_number
        if number and account._openimis_payee() != number:
            text = self.env._(
                "The account of %(partner)s was %(number)s when batch %(batch)s was "
                "confirmed, and is another one now. Cancel the batch and confirm it "
                "again."
            )
        elif (
            self.payment_method_id.bank_account_required
            and not account.allow_out_payment
        ):
            text = self.env._(
                "The account of %(partner)s is not trusted any more (“Send Money” on "
                "it). Cancel batch %(batch)s."
            )
        else:
            return ""
        return text % {
            "partner": payment.partner_id.display_name,
            "number": number,
            "batch": self.name,
        }

    def _openimis_check_second_person(self):
        """Refuse to confirm one's own batch where a second person has to.

        :raises UserError: naming the batch and who prepared it
        """
        for order in self.filtered("openimis_is_batch"):
            # sudo: a setting, and names of colleagues
            known = order.sudo()
            if not known.company_id.openimis_second_person:
                continue
            preparers = known._openimis_preparers()
            if self.env.user in preparers:
                raise UserError(
                    self.env._(
                        "Batch %(batch)s was prepared by %(user)s. Somebody else has "
                        "to confirm it.",
                        batch=order.name,
                        user=", ".join(preparers.mapped("name")),
                    )
                )

    def _openimis_check_entries(self):
        """Refuse payments that would have no entry: what they pay in part is not seen.

        :raises UserError: naming the payment method
        """
        ours = self.payment_ids.filtered("openimis_is_payment")
        for payment in ours.filtered(lambda p: not p.outstanding_account_id):
            raise UserError(
                self.env._(
                    "Payment method %s has no outstanding account: a payment that is "
                    "made in part could not be told from a whole one. Set the account "
                    "on the method.",
                    payment.payment_method_line_id.display_name,
                )
            )

    def _openimis_check_day(self):
        """Refuse to register payments before the day on which the bank makes them.

        :raises UserError: naming the first such day
        """
        today = fields.Date.context_today(self)
        for payment in self.payment_ids.filtered("openimis_is_payment"):
            if payment.date > today:
                raise UserError(
                    self.env._(
                        "Batch %(batch)s is paid on %(day)s. Press this button then: "
                        "its bills are paid on that day, and not before.",
                        batch=payment.payment_order_id.name,
                        day=format_date(self.env, payment.date),
                    )
                )

    def _openimis_refuse_unsent(self):
        """Refuse what can only be said of payments that were sent.

        :raises UserError: naming the batch and its button, if there is one
        """
        for order in self:
            raise UserError(
                self.env._(
                    "Batch %s has not been sent. Press “File Successfully Uploaded” on "
                    "it once it has, or cancel it.",
                    order.sudo().name,  # sudo: the name of what stands in the way
                )
            )
