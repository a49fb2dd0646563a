from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount

from odoo.addons.exchange_run.links import open_named_record

from .results import is_odoo_working, obeying, odoo_works, worked_out

#: what Odoo's buttons write on a document, beside what it works out
BY_BUTTONS = {
    "amount_total",
    "inalterable_hash",
    "move_type",
    "origin_payment_id",
    "posted_before",
    "reversed_entry_id",
    "secure_sequence_number",
    "state",
}


class AccountMove(models.Model):
    """A move that bills sources frees them when it is deleted or cancelled.

    A credit note alone frees nothing: it may be about money, not about the documents.
    The accountant says so with `action_bill_again`.
    """

    _name = "account.move"
    _inherit = ["account.move", "exchange.engine.mixin"]

    billing_run_model = fields.Char(readonly=True, copy=False, engine=True)
    billing_run_id = fields.Many2oneReference(
        model_field="billing_run_model",
        readonly=True,
        copy=False,
        index="btree_not_null",
        engine=True,
    )
    billing_link_ids = fields.One2many(
        "account.billing.link", "move_id", string="Billed Documents", readonly=True
    )
    billing_link_count = fields.Integer(compute="_compute_billing_link_count")
    billing_credited = fields.Boolean(
        compute="_compute_billing_credited",
        help="Posted credit notes cover the whole document.",
    )

    def _compute_billing_link_count(self):
        # sudo: only the number leaves
        groups = (
            self.env["account.billing.link"]
            .sudo()
            ._read_group(
                [("move_id", "in", self.ids), ("state", "=", "active")],
                ["move_id"],
                ["__count"],
            )
        )
        counts = {move.id: count for move, count in groups}
        for move in self:
            move.billing_link_count = counts.get(move.id, 0)

    def _compute_billing_credited(self):
        for move in self:
            move.billing_credited = move._billing_is_credited()

    def _billing_is_credited(self):
        """Tell whether posted credit notes cover the whole document."""
        self.ensure_one()
        notes = self.reversal_move_ids.filtered(
            lambda note: note.state == "posted" and note.currency_id == self.currency_id
        )
        rest = self.amount_total - sum(notes.mapped("amount_total"))
        covered = self.currency_id.compare_amounts(rest, 0) <= 0
        return self.state == "posted" and bool(notes) and covered

    def _billing_links(self, state):
        # sudo: links have no rights of their own beyond reading
        return (
            self.env["account.billing.link"]
            .sudo()
            .search([("move_id", "in", self.ids), ("state", "=", state)])
        )

    def _billing_with_fixed_amounts(self):
        """Return those of these documents whose amounts are what they bill."""
        return self._billing_links("active").move_id.with_env(self.env)

    def _billing_reached(self, *_args):
        """Return the documents that a call is about, see `obeying`."""
        return self

    @obeying
    def write(self, vals):
        """Change moves; what bills documents keeps their currency, state and sums.

        :raises AccessError: a state or a sum that Odoo's own methods write
        :raises UserError: its amounts would be worth something else
        """
        self._billing_check_results(vals)
        before = {}
        if not {"currency_id", "journal_id"}.isdisjoint(vals):
            before = {move: move.currency_id for move in self}
        result = super().write(vals)
        changed = [
            move for move, currency in before.items() if move.currency_id != currency
        ]
        for move in self.browse().union(*changed)._billing_links("active").move_id:
            raise UserError(
                self.env._(
                    "%(move)s bills documents worth so much in %(currency)s: its "
                    "currency stays. Choose it where they come from, and bill them "
                    "anew.",
                    move=move.display_name,
                    currency=before[move.with_env(self.env)].name,
                )
            )
        return result

    @api.model
    @tools.ormcache()
    def _billing_results(self):
        """Return the names of the fields that only Odoo's own methods write."""
        return frozenset(worked_out(self) | BY_BUTTONS)

    def _billing_check_results(self, vals):
        """Refuse states and sums of documents that bill others, given by a client.

        Odoo lets whoever may edit an invoice write that it is confirmed or paid.

        :raises AccessError: naming the fields
        """
        if is_odoo_working() or self._is_engine_writing():
            return
        names = self._billing_results().intersection(vals)
        if names or "name" in vals:
            ours = self._billing_with_fixed_amounts()
            for move in ours | self.filtered("billing_run_id"):
                # a confirmed one is known by its number
                mine = names | {"name"} if move.state == "posted" else names
                given = [
                    name
                    for name in sorted(mine.intersection(vals))
                    if not move._engine_is_same(name, vals[name])
                ]
                if given:
                    self._engine_refuse(given)

    @obeying
    def _post(self, soft=True):
        self._billing_with_fixed_amounts()._billing_check_owed()
        with odoo_works():
            return super()._post(soft)

    def _billing_check_owed(self):
        """Refuse to confirm documents whose items owe something else, or to another.

        :raises UserError: naming the document and both amounts, or both partners
        """
        for move in self.filtered(lambda move: move.is_invoice(include_receipts=True)):
            move._billing_check_printed()
            terms = move.line_ids.filtered(lambda x: x.display_type == "payment_term")
            owed = -move.direction_sign * sum(terms.mapped("amount_currency"))
            currency = move.currency_id
            if terms and currency.compare_amounts(owed, move.amount_total):
                raise UserError(
                    self.env._(
                        "%(move)s adds up to %(total)s, but its journal items owe "
                        "%(owed)s. Delete it, and make it anew.",
                        move=move.display_name,
                        total=format_amount(self.env, move.amount_total, currency),
                        owed=format_amount(self.env, owed, currency),
                    )
                )
            if others := terms.partner_id - move.commercial_partner_id:
                raise UserError(
                    self.env._(
                        "%(move)s is of %(partner)s, but its journal items name "
                        "%(others)s. Choose the partner anew.",
                        move=move.display_name,
                        partner=move.commercial_partner_id.display_name,
                        others=", ".join(others.mapped("display_name")),
                    )
                )

    def _billing_check_printed(self):
        """Refuse a document whose lines, as printed, are not what it is booked with.

        Odoo spreads what rounding leaves, a cent a line at most.

        :raises UserError: naming the document and both amounts
        """
        lines = self.line_ids.filtered(lambda line: line.display_type == "product")
        printed = sum(lines.mapped("price_subtotal"))
        booked = self.direction_sign * sum(lines.mapped("amount_currency"))
        currency = self.currency_id
        if abs(printed - booked) > currency.rounding * (len(lines) + 0.5):
            raise UserError(
                self.env._(
                    "The lines of %(move)s add up to %(printed)s, but its journal "
                    "items to %(booked)s. Delete it, and make it anew.",
                    move=self.display_name,
                    printed=format_amount(self.env, printed, currency),
                    booked=format_amount(self.env, booked, currency),
                )
            )

    @obeying
    def _hash_moves(self, **options):
        with odoo_works():
            return super()._hash_moves(**options)

    def _set_next_made_sequence_gap(self, made_gap):
        with odoo_works():
            return super()._set_next_made_sequence_gap(made_gap)

    def action_toggle_block_payment(self):
        """Block the payment of an invoice, or allow it again."""
        with odoo_works():
            return super().action_toggle_block_payment()

    @obeying
    def unlink(self):
        """Delete moves; what they bill is to be billed again."""
        self._billing_links("active")._release()
        return super().unlink()

    @obeying
    def action_switch_move_type(self):
        """Turn invoices into credit notes, and back."""
        with odoo_works():
            return super().action_switch_move_type()

    @obeying
    def _reverse_moves(self, default_values_list=None, cancel=False):
        return super()._reverse_moves(default_values_list, cancel)

    @obeying
    def button_cancel(self):
        """Cancel moves; what they bill is to be billed again."""
        with odoo_works():
            result = super().button_cancel()
        cancelled = self.filtered(lambda move: move.state == "cancel")
        cancelled._billing_links("active")._release()
        return result

    @obeying
    def button_draft(self):
        """Reset moves to draft; they take back what they billed.

        :raises UserError: it is billed elsewhere by now, or gone
        """
        freed = self.filtered(lambda move: move.state == "cancel")
        # Whose sources were freed by action_bill_again takes them back, too.
        freed |= self.filtered(
            lambda move: move.reversal_move_ids and not move._billing_links("active")
        )
        with odoo_works():
            result = super().button_draft()
        # Odoo calls this for every line it writes, mostly with nothing in it.
        if links := freed._billing_links("released"):
            links._activate()
        return result

    def _billing_correction_hint(self):
        """Say how to correct a document that must not be copied; None if it may be.

        A copy bills none of the documents: they would be billed once more.

        :return: text for the user, or None
        """
        self.ensure_one()
        if not self._billing_links("active"):
            return None
        return self.env._(
            "%(move)s bills documents, which a copy would not: they would be billed "
            "once more. Make a credit note instead, post it, and use “Bill Again” "
            "here: the next run bills them anew.",
            move=self.display_name,
        )

    def action_bill_again(self):
        """Free what a document bills whose credit notes cover it, to be billed again.

        :return: a window action on the run that billed it, or True for somebody who
            may not read that run
        :raises AccessError: the user may not change the document
        :raises UserError: it is not credited in full, or bills nothing (any more)
        """
        self.ensure_one()
        self.check_access("write")
        links = self._billing_links("active")
        if not links:
            raise UserError(
                self.env._("%(move)s bills nothing any more.", move=self.display_name)
            )
        if not self._billing_is_credited():
            raise UserError(
                self.env._(
                    "The posted credit notes of %(move)s do not cover the whole "
                    "document. What it bills stays billed.",
                    move=self.display_name,
                )
            )
        links._release()
        self.message_post(
            body=self.env._(
                "Credited in full: the %(count)s documents billed here are to be "
                "billed again.",
                count=len(links),
            )
        )
        if not self.billing_run_model:
            return True  # no run made it
        run = self.env[self.billing_run_model].browse(self.billing_run_id)
        return run.get_formview_action() if run.has_access("read") else True

    def action_view_billing_links(self):
        """Open the documents this move bills.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Billed Documents"),
            "res_model": "account.billing.link",
            "view_mode": "list",
            "domain": [("move_id", "=", self.id), ("state", "=", "active")],
            "context": {"create": False},
        }

    def action_view_billing_run(self):
        """Open the run that created this move.

        :return: a window action
        :raises UserError: the run is gone
        """
        self.ensure_one()
        return open_named_record(self.env, self.billing_run_model, self.billing_run_id)
