from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from odoo.addons.account_billing_run.models.results import is_odoo_working, odoo_works
from odoo.addons.exchange_run.core.text import file_safe
from odoo.addons.exchange_run.core.xlsx import XLSX
from odoo.addons.exchange_run.told import unprompted

from .rights import guarded_fields, require_right

REMITTANCE = "openimis_payable.report_remittance"

PAYMENT_STATUS = [
    ("0", "Rejected"),
    ("1", "Accepted"),
    ("2", "Refunded"),
    ("3", "Cancelled"),
]
#: mixins whose fields talk about a payment and are no part of it
BESIDE = ("mail.thread", "mail.activity.mixin")
#: what sending keeps on a payment
UNGUARDED = {"attachment_ids", "is_sent", "message_main_attachment_id"}
#: states between which reconciliation moves a payment
ON_ITS_WAY = ("in_process", "paid")


class AccountPayment(models.Model):
    """Payment of openIMIS bills (BillPayment) on Odoo's payment."""

    _name = "account.payment"
    _inherit = ["account.payment", "exchange.engine.mixin"]

    openimis_is_payment = fields.Boolean(
        "Pays openIMIS Bills",
        index="btree_not_null",
        copy=False,
        readonly=True,
        engine="write",
    )
    openimis_uuid = fields.Char("openIMIS UUID", copy=False, engine="write")
    openimis_code_ext = fields.Char(
        "External Payment Reference", copy=False, help="code_ext"
    )
    openimis_code_rcp = fields.Char(
        "Bank's Reference", copy=False, help="code_rcp, code_tp"
    )
    openimis_code_receipt = fields.Char("Receipt Number", copy=False)
    openimis_label = fields.Char("Label", copy=False)
    openimis_origin = fields.Char("Payment Origin", copy=False)
    openimis_fees = fields.Monetary("Fees", copy=False)
    openimis_amount_received = fields.Monetary("Received Amount", copy=False)
    openimis_refunded = fields.Boolean(copy=False, readonly=True, engine=True)
    openimis_fee_move_id = fields.Many2one(
        "account.move",
        "Entry of the Fees",
        copy=False,
        readonly=True,
        engine=True,
        index="btree_not_null",
    )
    openimis_reference_key = fields.Char(
        "Reference and Bills",
        compute="_compute_openimis_reference_key",
        store=True,
        engine=True,
        help="External reference and the bills paid: a bulk transfer has one reference "
        "for bills of several third parties.",
    )
    openimis_fees_locked = fields.Boolean(
        "Fees Are Fixed", compute="_compute_openimis_fees_locked"
    )
    openimis_amount_standing = fields.Monetary(
        "Amount Paid",
        compute="_compute_openimis_amount_standing",
        help="The amount; zero once the payment was rejected, refunded or cancelled.",
    )
    openimis_status = fields.Selection(
        PAYMENT_STATUS,
        "openIMIS Status",
        compute="_compute_openimis_status",
        store=True,
        engine=True,
        help="Status with openIMIS' numbers.",
    )

    _openimis_uuid_uniq = models.UniqueIndex(
        "(company_id, openimis_uuid) WHERE openimis_uuid IS NOT NULL",
        "A payment with this openIMIS UUID exists already in the company.",
    )
    _openimis_reference_uniq = models.UniqueIndex(
        "(company_id, openimis_reference_key) WHERE openimis_reference_key IS NOT NULL"
        " AND state NOT IN ('rejected', 'canceled')",
        "A payment of these bills with this reference is registered already.",
    )

    @api.depends("state", "openimis_refunded", "openimis_is_payment")
    def _compute_openimis_status(self):
        by_state = {"rejected": "0", "canceled": "3"}
        for payment in self:
            status = by_state.get(payment.state, "1")
            if payment.openimis_refunded and status == "1":
                status = "2"
            payment.openimis_status = payment.openimis_is_payment and status

    @api.depends("openimis_code_ext", "openimis_is_payment", "invoice_ids")
    def _compute_openimis_reference_key(self):
        for payment in self:
            key = False
            if payment.openimis_is_payment and payment.openimis_code_ext:
                bills = ",".join(map(str, sorted(payment.invoice_ids.ids)))
                key = f"{payment.openimis_code_ext}|{bills}"
            payment.openimis_reference_key = key

    @api.depends("reconciled_statement_line_ids", "openimis_fee_move_id")
    def _compute_openimis_fees_locked(self):
        for payment in self:
            # sudo: whether the bank has it is no secret of the entry
            lines = payment.sudo().openimis_fee_move_id.line_ids
            payment.openimis_fees_locked = bool(
                payment.reconciled_statement_line_ids
                or lines.matched_debit_ids
                or lines.matched_credit_ids
            )

    @api.depends("amount", "openimis_status")
    def _compute_openimis_amount_standing(self):
        for payment in self:
            stands = payment.openimis_status in ("1", False)
            payment.openimis_amount_standing = payment.amount if stands else 0.0

    @api.constrains("openimis_fees", "openimis_amount_received")
    def _check_openimis_amounts(self):
        for payment in self:
            if payment.openimis_fees < 0 or payment.openimis_amount_received < 0:
                raise ValidationError(
                    self.env._("Fees and received amount must not be negative.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Create payments; those of bills need right 156202."""
        if any(vals.get("openimis_is_payment") for vals in vals_list):
            require_right(self.env, "156202")
        payments = super().create(vals_list)
        for payment, vals in zip(payments, vals_list, strict=True):
            if vals.get("invoice_ids"):
                payment._openimis_check_named(vals.get("state"))
        return payments

    def _openimis_check_named(self, state=None):
        """Refuse to name bills in a payment without right 156202: that pays them.

        :param str state: given with them, which must not be that the money has left
        """
        if not self.env.su and self.invoice_ids.filtered("openimis_type"):
            self._openimis_require("156202")
            if state not in (None, False, "draft"):
                self._engine_refuse(["state"])

    def write(self, vals):
        """Change payments; those of bills need right 156203.

        :raises AccessError: without that right, or a state given by a client
        """
        self._openimis_check_state(vals)
        guarded = self._openimis_guarded().intersection(vals)
        if vals.get("state") in ON_ITS_WAY and self._openimis_is_on_its_way():
            guarded -= {"state"}
        if guarded and not self.env.su and self._openimis_is_settled():
            self._openimis_require("156203")
        changed = self._openimis_other_fees(vals)
        result = super().write(vals)
        if vals.get("invoice_ids"):
            for payment in self:
                payment._openimis_check_named()
        if changed:
            # sudo: the right to change payments implies their fees
            changed.sudo()._openimis_withdraw_fees()
            changed._openimis_post_fees()
        return result

    def _openimis_check_state(self, vals):
        """Refuse a state that none of Odoo's own methods writes.

        :raises AccessError: for payments of bills
        """
        if "state" not in vals or is_odoo_working() or self._is_engine_writing():
            return
        ours = self.filtered(lambda p: p.openimis_is_payment or p._openimis_bills())
        if any(payment.state != vals["state"] for payment in ours):
            self._engine_refuse(["state"])

    def _openimis_other_fees(self, vals):
        """Return the confirmed payments whose entry of fees is to follow.

        :param dict vals: what is written
        :raises UserError: the bank's statement has the fees already
        """
        changed = self.browse()
        if "openimis_fees" not in vals:
            return changed
        for payment in self:
            other = payment.currency_id.compare_amounts(
                payment.openimis_fees, vals["openimis_fees"] or 0.0
            )
            stands = payment.openimis_status == "1" and payment.state != "draft"
            if not other or not stands:
                continue
            if payment.openimis_fees_locked:
                raise UserError(
                    self.env._(
                        "Payment %s is reconciled with the bank: its fees stay. Book "
                        "the difference by an entry.",
                        payment.display_name,
                    )
                )
            changed |= payment
        return changed

    @api.model
    @tools.ormcache()
    def _openimis_guarded(self):
        """Return the names of all fields that make up a payment."""
        return guarded_fields(self, BESIDE, UNGUARDED)

    def _openimis_is_on_its_way(self):
        return all(payment.state in ON_ITS_WAY for payment in self)

    def _openimis_is_settled(self):
        """Tell whether one of the payments pays openIMIS bills and is confirmed."""
        return any(p.openimis_is_payment and p.state != "draft" for p in self)

    def unlink(self):
        """Delete payments; those of bills need right 156204."""
        if ours := self.filtered("openimis_is_payment"):
            ours._openimis_require("156204")
        return super().unlink()

    def action_openimis_remittance(self):
        """Make the remittance advice as a workbook and download it.

        :return: a URL action
        :raises AccessError: without rights 156201 and 156101, or for another area
        :raises UserError: the payment pays nothing now
        """
        self.ensure_one()
        self.check_access("read")
        payment = self.with_context(lang=self.partner_id.lang)
        # it belongs to no record: bookkeepers who see the payment need not see claims
        attachment = self.env["ir.attachment"].create(
            {
                "name": payment._openimis_remittance_name() + ".xlsx",
                "raw": self.env[f"report.{REMITTANCE}"]._xlsx(payment),
                "mimetype": XLSX,
            }
        )
        report = self.env["ir.actions.report"]._get_report(REMITTANCE)
        for records in self._journal_printed(report):
            self.env["exchange.access"]._note("print", records, [REMITTANCE])
        url = f"/web/content/{attachment.id}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _openimis_remittance_name(self):
        """Return what the file of the remittance advice is called."""
        return file_safe(
            self.env._("Remittance %s", self.openimis_code_ext or self.name or "")
        )

    def _journal_printed(self, report):
        """Return which protected records a report shows: an advice lists claims."""
        shown = super()._journal_printed(report)
        if report.report_name == REMITTANCE:
            lines = self._openimis_bills_paid_now().openimis_line_ids
            shown = [*shown, lines, lines.claim_id]
        return shown

    def action_reject(self):
        """Reject payments; those of bills are reversed, and the bills due again."""
        ours = self.filtered("openimis_is_payment")
        if ours:
            ours.openimis_payment_rejected()
        with odoo_works():
            return super(AccountPayment, self - ours).action_reject()

    def action_validate(self):
        """Note payments as paid; those of bills need right 156203."""
        if ours := self.filtered("openimis_is_payment"):
            ours._openimis_require("156203")
        with odoo_works():
            return super().action_validate()

    def action_post(self):
        """Confirm payments, and post the fees of those of bills."""
        with odoo_works():
            result = super().action_post()
        ours = self.filtered("openimis_is_payment")
        ours._openimis_match_again()
        ours.filtered(
            lambda payment: not payment.openimis_fee_move_id
        )._openimis_post_fees()
        return result

    def _generate_journal_entry(self, *args, **options):
        with odoo_works():
            return super()._generate_journal_entry(*args, **options)

    def action_cancel(self):
        """Cancel payments, with the fees of those of bills."""
        self._openimis_withdraw(self.env._("Payment %s cancelled"))
        with odoo_works():
            return super().action_cancel()

    def action_draft(self):
        """Reset payments to draft, without the fees of those of bills.

        Odoo leaves them matched: the bills would go on saying that they are paid.
        """
        self._openimis_withdraw(self.env._("Payment %s reset to draft"))
        with odoo_works():
            result = super().action_draft()
        ours = self.filtered("openimis_is_payment")
        # sudo: the right to take payments back was asked for above
        ours.sudo()._openimis_counterparts().remove_move_reconcile()
        return result

    def _openimis_counterparts(self):
        """Return the items by which these payments settle bills."""
        return self.move_id.line_ids.filtered(
            lambda line: line.account_type in ("liability_payable", "asset_receivable")
        )

    def _openimis_match_again(self):
        """Match payments that were reset to draft with the bills they paid."""
        for payment in self:
            owed = payment.invoice_ids.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
                and line.parent_state == "posted"
                and not line.reconciled
            )
            for item in payment._openimis_counterparts():
                same = owed.filtered(
                    lambda line, item=item: line.account_id == item.account_id
                )
                if same and not item.reconciled:
                    (item | same).reconcile()

    def _openimis_withdraw(self, message):
        """Undo what goes with payments of openIMIS bills that are taken back by hand.

        :param str message: of the bills' events, with a place for the payment's name
        :raises AccessError: without right 156203
        :raises UserError: the bank or the third party undid one already
        """
        ours = self.filtered("openimis_is_payment")
        if not ours:
            return
        ours._openimis_require("156203")
        for payment in ours:
            payment._check_openimis_standing()
            # sudo: the right to change payments implies their fees, and an event on
            # every bill they pay
            payment.sudo()._openimis_withdraw_fees()
            payment.sudo()._openimis_bills()._openimis_add_event(
                "3",
                message % (payment.openimis_code_ext or payment.name or ""),
                payment._openimis_payload(),
            )

    def _check_openimis_standing(self):
        """Refuse payments whose entries are reversed: they would count once more.

        :raises UserError: the payment was rejected or refunded
        """
        if self.openimis_status in ("0", "2"):
            raise UserError(
                self.env._(
                    "Payment %s was rejected or refunded. Register a new one.",
                    self.display_name,
                )
            )

    def _openimis_withdraw_fees(self):
        """Cancel the entry of the fees; confirming the payment posts another."""
        entries = self.openimis_fee_move_id
        entries.button_draft()
        entries.button_cancel()
        self.openimis_fee_move_id = False

    @unprompted
    def _openimis_post_fees(self):
        """Post the fees of payments: charges account against the bank.

        :raises UserError: the company has no account for payment charges
        """
        for payment in self.filtered("openimis_fees"):
            charges = payment.company_id.openimis_account_bank_fee_id
            bank = (
                payment.outstanding_account_id or payment.journal_id.default_account_id
            )
            if not charges:
                raise UserError(
                    self.env._(
                        "%s has no account for payment charges. Set it in the openIMIS "
                        "settings.",
                        payment.company_id.display_name,
                    )
                )
            # sudo: who may register a payment may post the charges that came with it
            entry = (
                self.env["account.move"]
                .sudo()
                .create(payment._prepare_openimis_fee_vals(charges, bank))
            )
            entry._post(soft=False)
            # sudo: as above
            payment.sudo().openimis_fee_move_id = entry

    def _prepare_openimis_fee_vals(self, charges, bank):
        label = self.env._("Charges of payment %s", self.openimis_code_ext or self.name)
        currency = self.currency_id
        amount = currency._convert(
            self.openimis_fees, self.company_id.currency_id, self.company_id, self.date
        )
        return {
            "move_type": "entry",
            "journal_id": self.journal_id.id,
            "date": self.date,
            "ref": label,
            "line_ids": [
                (
                    0,
                    0,
                    {
                        "name": label,
                        "account_id": account.id,
                        "partner_id": self.partner_id.id,
                        "currency_id": currency.id,
                        "amount_currency": sign * self.openimis_fees,
                        "balance": sign * amount,
                    },
                )
                for account, sign in ((charges, 1), (bank, -1))
            ],
        }
