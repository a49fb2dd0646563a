from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: bracket -> days overdue, first and last; None is open
BRACKETS = {
    "0": (None, 0),
    "1": (1, 30),
    "2": (31, 60),
    "3": (61, 90),
    "4": (91, None),
}


class AccountMove(models.Model):
    """How long a bill has been due: never stored, because it changes every day."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    @api.depends("state", "amount_residual", "invoice_date_due", "openimis_type")
    @api.depends_context("tz")
    def _compute_openimis_ageing(self):
        today = fields.Date.context_today(self)
        for move in self:
            move.openimis_ageing = move._openimis_is_open() and bracket_of(
                (today - move.invoice_date_due).days
            )

    def _openimis_is_open(self):
        """Tell whether something is left to pay on a posted bill of openIMIS."""
        return (
            self.openimis_type
            and self.state == "posted"
            and self.invoice_date_due
            and not self.currency_id.is_zero(self.amount_residual)
        )

    @api.model
    def _search_openimis_ageing(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._openimis_ageing_domain(bracket) for bracket in value)

    @api.model
    def _openimis_ageing_domain(self, bracket):
        """Return the domain of a bracket; False stands for what has no age."""
        is_open = Domain(
            [
                ("openimis_type", "!=", False),
                ("state", "=", "posted"),
                ("invoice_date_due", "!=", False),
                ("amount_residual", "!=", 0),
            ]
        )
        if not bracket:
            return ~is_open
        first, last = BRACKETS[bracket]
        today = fields.Date.context_today(self)
        if first is not None:
            is_open &= Domain("invoice_date_due", "<=", today - timedelta(days=first))
        if last is not None:
            is_open &= Domain("invoice_date_due", ">=", today - timedelta(days=last))
        return is_open

    def _field_to_sql(self, alias, fname, query=None):
        if fname != "openimis_ageing":
            return super()._field_to_sql(alias, fname, query)
        names = ("openimis_type", "state", "amount_residual", "invoice_date_due")
        kind, state, residual, due = (
            super(AccountMove, self)._field_to_sql(alias, name, query) for name in names
        )
        days = SQL("(%s::date - %s)", fields.Date.context_today(self), due)
        return SQL(
            """CASE
                WHEN %(kind)s IS NULL OR %(state)s != 'posted'
                    OR %(residual)s = 0 OR %(due)s IS NULL THEN NULL
                %(brackets)s
            END""",
            kind=kind,
            state=state,
            residual=residual,
            due=due,
            brackets=SQL(" ").join(
                SQL("WHEN %s <= %s THEN %s", days, last, bracket)
                if last is not None
                else SQL("ELSE %s", bracket)
                for bracket, (_first, last) in BRACKETS.items()
            ),
        )


def bracket_of(days):
    """Return the bracket of a number of days overdue; negative is not due yet."""
    return next(
        bracket
        for bracket, (_first, last) in BRACKETS.items()
        if last is None or days <= last
    )
