from odoo import api, models, tools
from odoo.exceptions import UserError

from .results import is_odoo_working, obeying, odoo_works, worked_out

#: what an item is worth
AMOUNTS = {
    "amount_currency",
    "balance",
    "credit",
    "debit",
    "discount",
    "price_unit",
    "quantity",
}
#: whose an item is, and what kind of one
KIND = {"currency_id", "display_type", "move_id", "partner_id"}
#: what matches an item with others, beside what Odoo works out
MATCHING = {
    "full_reconcile_id",
    "matched_credit_ids",
    "matched_debit_ids",
    "matching_number",
}


class AccountMoveLine(models.Model):
    """Items of a confirmed document that bills others keep what they are worth.

    Odoo's form lets nobody change them either; a program could, and the document would
    no longer be what was billed.
    """

    _inherit = "account.move.line"

    def _billing_reached(self, *args):
        """Return the documents that a call is about, see `obeying`.

        :param args: values of new items come as a list
        """
        created = args[0] if args and isinstance(args[0], list) else ()
        ids = {vals["move_id"] for vals in created if vals.get("move_id")}
        return self.move_id | self.env["account.move"].browse(ids)

    @api.model_create_multi
    @obeying
    def create(self, vals_list):
        """Create items; a confirmed document that bills others gets no more of them.

        :raises UserError: naming the document and what to do
        """
        lines = super().create(vals_list)
        if not is_odoo_working():
            lines._billing_refuse_fixed()
        return lines

    @obeying
    def write(self, vals):
        """Change items; not what a confirmed document that bills others owes whom.

        :raises AccessError: what is left to pay, which Odoo's own methods write
        :raises UserError: naming the document and what to do
        """
        self._billing_check_results(vals)
        self._billing_fixed_by(vals)._billing_refuse_fixed()
        moved = self.filtered(lambda line: line.move_id.id != vals.get("move_id"))
        result = super().write(vals)
        if "move_id" in vals:
            moved._billing_refuse_fixed()
        return result

    @obeying
    def unlink(self):
        """Delete items; no client excuses itself from what Odoo refuses to people."""
        return super().unlink()

    def _billing_fixed_by(self, vals):
        """Return the items that would owe something else, or to somebody else.

        :param dict vals: values to write
        """
        kind = KIND.intersection(vals)
        if not kind and not AMOUNTS.intersection(vals):
            return self.browse()
        if AMOUNTS.intersection(vals):
            return self
        return self.filtered(
            lambda line: not all(
                self._fields[name].convert_to_write(line[name], line) == vals[name]
                for name in kind
            )
        )

    def _billing_refuse_fixed(self):
        """Refuse items that make a confirmed document another one than was billed.

        The program itself, such as Odoo's own rounding of a foreign currency, may.

        :raises UserError: naming the document and what to do
        """
        if self.env.su:
            return
        posted = self.filtered(lambda line: line.parent_state == "posted")
        for move in posted.move_id._billing_with_fixed_amounts():
            raise UserError(
                self.env._(
                    "%s is confirmed: its amounts and its partner stay. Reset it "
                    "to draft first, or make a credit note.",
                    move.display_name,
                )
            )

    @api.model
    @tools.ormcache()
    def _billing_results(self):
        """Return the names of the fields that only Odoo's own methods write."""
        return frozenset(worked_out(self) | MATCHING)

    def _billing_check_results(self, vals):
        """Refuse what is left to pay of documents that bill others, given by a client.

        :raises AccessError: naming the fields
        """
        Engine = self.env["exchange.engine.mixin"]
        if is_odoo_working() or Engine._is_engine_writing():
            return
        names = self._billing_results().intersection(vals)
        # Odoo's form of an entry sends the matching of an item along, empty
        given = sorted(name for name in names if vals[name])
        given += sorted(name for name in names - {*given} if any(self.mapped(name)))
        if given and self.move_id._billing_with_fixed_amounts():
            labels = [self._fields[n]._description_string(self.env) for n in given]
            model = self.env["ir.model"]._get(self._name).name  # in the user's language
            Engine._engine_refuse_labels(labels, model)

    @obeying
    def reconcile(self):
        """Match items, at the rates of their days."""
        return super().reconcile()

    @api.model
    def _reconcile_plan(self, reconciliation_plan):
        with odoo_works():
            return super()._reconcile_plan(reconciliation_plan)


class AccountPartialReconcile(models.Model):
    """What Odoo writes on items when they are matched, or are so no longer."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Match items."""
        with odoo_works():
            return super().create(vals_list)

    def unlink(self):
        """Undo what matches items."""
        with odoo_works():
            return super().unlink()
