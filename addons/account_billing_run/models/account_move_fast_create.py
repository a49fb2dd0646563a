from datetime import datetime, timedelta

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.exchange_run.told import telling, told

SALE = ("out_invoice", "out_refund", "out_receipt")
NO_AMOUNT = ("line_section", "line_subsection", "line_note")
#: What makes Odoo's own calculation necessary, or the move special.
SPECIAL_MOVE_FIELDS = ("line_ids", "tax_totals")
#: Odoo would only work out again what the values already say: the entry is complete
#: and balanced, and a draft needs neither tracking nor analytic lines.
FAST_CONTEXT = {
    "skip_invoice_sync": True,
    "skip_invoice_line_sync": True,
    "skip_analytic_sync": True,
    "tracking_disable": True,
}


#: System parameter that turns the quick way off: 0.
FAST_PARAMETER = "account_billing_run.fast_create"
#: So many lines of a document are compared with what Odoo's own way makes of them.
SAMPLE_LINES = 2
#: Columns that two moves, or two of their journal items, never share.
OWN_COLUMNS = {
    *("id", "move_id", "access_token"),
    *("create_date", "create_uid", "write_date", "write_uid"),
}
#: Both ways are tried one after the other: moments that lie so near are the same.
ONE_MOMENT = timedelta(minutes=10)


class _Undone(Exception):
    """Leaves a savepoint that is not to be kept."""


class AccountMove(models.Model):
    """Draft invoices and bills from complete journal entries."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _billing_create(self, vals_list, fast=None):
        """Create draft invoices or bills quickly, with the entries Odoo would make.

        Dated moves in company currency whose lines carry no tax get all their journal
        items at once, the payable or receivable included; the others go the usual way.

        :param vals_list: values as for `create()`, with the lines as create commands
            in `invoice_line_ids`
        :param bool fast: False goes Odoo's own way with all; by default what the
            system parameter says
        :return: the moves, in the order of `vals_list`
        :raises ValidationError: a move does not add up to its lines
        """
        if not (self._billing_fast_allowed() if fast is None else fast):
            return self.with_context(tracking_disable=True).create(vals_list)
        partners = self.env["res.partner"].browse({v["partner_id"] for v in vals_list})
        # Records of one iteration are read together.
        partners = {partner.id: partner for partner in partners}
        totals = [
            self._billing_fast_total(vals, partners[vals["partner_id"]])
            for vals in vals_list
        ]
        positions, given = {}, list(zip(vals_list, totals, strict=True))
        fast = [
            self._billing_complete_entry(
                vals, total, partners[vals["partner_id"]], positions
            )
            for vals, total in given
            if total is not None
        ]
        slow = [vals for vals, total in given if total is None]
        quick = telling(self.with_context(**FAST_CONTEXT), billing_complete_entry=True)
        fast_moves = quick.create(fast)
        slow_moves = self.with_context(tracking_disable=True).create(slow)
        fast_ids, slow_ids = iter(fast_moves.ids), iter(slow_moves.ids)
        moves = self.browse(
            [next(slow_ids if total is None else fast_ids) for total in totals]
        )
        self._billing_check_fast_totals(moves, totals)
        return moves

    # === TRUST ===

    @api.model
    def _billing_fast_allowed(self):
        """Tell whether moves may be created the quick way on this system."""
        # sudo: whether it is quick is no secret
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param(FAST_PARAMETER, "1") not in ("0", "False")

    @api.model
    def _billing_fast_difference(self, vals_list):
        """Return in what a move of the quick way differs from Odoo's own, or None.

        An addon or an update may have changed what Odoo's way does. The first move that
        would go the quick way is created both ways, compared column by column, and not
        kept.

        :param vals_list: as of `_billing_create`
        :return: name of a table and its column
        """
        for vals in vals_list:
            # a few lines have all columns, and take no longer than a short document
            few = vals["invoice_line_ids"][:SAMPLE_LINES]
            vals = {**vals, "invoice_line_ids": few}
            partner = self.env["res.partner"].browse(vals["partner_id"])
            if self._billing_fast_total(vals, partner) is not None:
                break
        else:
            return None
        (move, items), (odoos_move, odoos_items) = (
            self._billing_rows_of(vals, fast) for fast in (True, False)
        )
        own = self._billing_own_columns()
        if found := _difference(move, odoos_move, own):
            return f"account_move.{found}"
        if found := _difference(items, odoos_items, own):
            return f"account_move_line.{found}"
        return None

    @api.model
    def _billing_own_columns(self):
        """Return the columns that two moves, or two of their items, never share.

        An addon adds those that it draws by lot.
        """
        return OWN_COLUMNS

    @api.model
    def _billing_rows_of(self, vals, fast):
        """Create a move, and return what it and its items would be in the database."""
        rows = []
        try:
            with self.env.cr.savepoint():
                move = self._billing_create([vals], fast)
                self.env.flush_all()
                for query in (
                    SQL("SELECT * FROM account_move WHERE id = %s", move.id),
                    SQL("SELECT * FROM account_move_line WHERE move_id = %s", move.id),
                ):
                    self.env.cr.execute(query)
                    rows.append(self.env.cr.dictfetchall())
                raise _Undone
        except _Undone:
            return rows

    # Odoo looks for the decorator on the last override only.
    @api.onchange("partner_id")
    def _inverse_partner_id(self):
        """Leave the lines of complete entries, which name their partner already."""
        if told(self.env, "billing_complete_entry"):
            return None
        return super()._inverse_partner_id()

    @api.model
    def _billing_company(self, vals):
        return self.env["res.company"].browse(
            vals.get("company_id") or self.env.company.id
        )

    @api.model
    def _billing_line_subtotal(self, currency, vals):
        """Return the untaxed amount of invoice line values, as Odoo rounds it.

        :param currency: `res.currency` of the move
        :param dict vals: values of an invoice line
        :return: amount in that currency
        """
        if vals.get("display_type") in NO_AMOUNT:
            return 0.0
        price = vals.get("price_unit", 0.0) * (1 - vals.get("discount", 0.0) / 100)
        return currency.round(price * vals.get("quantity", 1.0))

    @api.model
    def _billing_fast_total(self, vals, partner):
        """Return the total of a move that may go the fast way, else None.

        :param dict vals: values of the move
        :param partner: `res.partner` of the move
        :return: sum of its lines in company currency, before the cash rounding
        """
        company = self._billing_company(vals)
        currency = company.currency_id
        lines = [command[2] for command in vals.get("invoice_line_ids", [])]
        if (
            self._billing_currency(vals, company) != currency
            or not vals.get("invoice_date")
            or any(vals.get(name) for name in SPECIAL_MOVE_FIELDS)
            or not all(map(self._billing_line_is_plain, lines))
            or self._billing_payment_term(vals, partner, company).early_discount
            or not self._billing_rounding_is_plain(vals, company)
        ):
            return None
        total = currency.round(
            sum(self._billing_line_subtotal(currency, line) for line in lines)
        )
        # Odoo itself decides what a zero or negative document means
        return total if self._billing_rounded(vals, currency, total) > 0 else None

    @api.model
    def _billing_currency(self, vals, company):
        """Return the currency of the move, as Odoo would choose it."""
        journal = self.env["account.journal"].browse(vals.get("journal_id") or [])
        given = self.env["res.currency"].browse(vals.get("currency_id") or [])
        return given or journal.currency_id or company.currency_id

    @api.model
    def _billing_line_is_plain(self, vals):
        """Tell whether a line has its account and explicitly no tax."""
        if vals.get("display_type") in NO_AMOUNT:
            return True
        commands = vals.get("tax_ids")
        untaxed = commands is not None and all(
            command[0] == Command.CLEAR
            or (command[0] == Command.SET and not command[2])
            for command in commands
        )
        return untaxed and bool(vals.get("account_id"))

    @api.model
    def _billing_payment_term(self, vals, partner, company):
        """Return the payment term of the move, as Odoo would choose it."""
        if "invoice_payment_term_id" in vals:
            return self.env["account.payment.term"].browse(
                vals["invoice_payment_term_id"] or []
            )
        partner = partner.with_company(company)
        if vals["move_type"] in SALE:
            return partner.property_payment_term_id
        return partner.property_supplier_payment_term_id

    @api.model
    def _billing_check_fast_totals(self, moves, totals):
        """Compare the totals Odoo worked out with those of the values.

        :raises ValidationError: they differ
        """
        for move, total in zip(moves, totals, strict=True):
            if total is None:
                continue
            vals = {"invoice_cash_rounding_id": move.invoice_cash_rounding_id.id}
            total = self._billing_rounded(vals, move.currency_id, total)
            if move.currency_id.compare_amounts(move.amount_total, total):
                raise ValidationError(
                    self.env._(
                        "A document for %(partner)s adds up to %(actual)s instead of "
                        "%(expected)s.",
                        partner=move.partner_id.display_name,
                        actual=move.amount_total,
                        expected=total,
                    )
                )


def _difference(rows, others, own):
    """Return the first column in which rows of a table differ, in whatever order.

    :param own: columns that are not compared
    """
    rows, others = (
        sorted(
            ({k: v for k, v in row.items() if k not in own} for row in given),
            key=lambda row: (row.get("balance") or 0, repr(row)),
        )
        for given in (rows, others)
    )
    if len(rows) != len(others):
        return "id"
    for row, other in zip(rows, others, strict=True):
        for name, value in row.items():
            if not _same(value, other[name]):
                return name
    return None


def _same(value, other):
    """Tell whether both ways wrote the same, be it a second later."""
    if isinstance(value, datetime) and isinstance(other, datetime):
        return abs(value - other) < ONE_MOMENT
    return value == other
