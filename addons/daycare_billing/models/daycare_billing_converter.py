from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.exchange_run.core.money import ZERO, round_to

from ..core.money import FIVE_CENTIMES, exact

KINDS = ("care", "subsidy", "service")


def _reading_order(source):
    """Sort what is invoiced: the month itself, then corrections, oldest first."""
    kind, _slash, rest = source.due_key.partition("/")
    group = source.group_id.sequence, source.group_id.code or ""
    corrected = source.kind == "correction"
    return corrected, source.month, KINDS.index(kind), group, rest, source.id


class DaycareBillingConverter(models.AbstractModel):
    """One invoice per debtor and month, or per child where the debtor wants it so."""

    _name = "daycare.billing.converter"
    _description = "Daycare Invoices"
    _inherit = "account.billing.converter"

    _source_model = "daycare.billing.line"
    _stands_alone = False  # its own run asks for what it needs
    _move_type = "out_invoice"

    @api.model
    def _sources_domain(self, batch):
        run = batch.run
        if run._name != "daycare.billing.run":
            return Domain.FALSE
        return Domain("run_id", "=", run.id) & Domain("billing_state", "=", "to_bill")

    @api.model
    def _exclusions(self, batch, sources):
        """Leave out debtors without a complete address and totals of zero."""
        never = sources.filtered("billing_excluded")
        reasons = dict.fromkeys(
            never.ids, ("never_bill", self.env._("This line is never to be billed."))
        )
        for lines in (sources - never).grouped(self._key).values():
            reason = self._group_exclusion(batch.run, lines)
            if reason:
                reasons.update(dict.fromkeys(lines.ids, reason))
        return reasons

    @api.model
    def _group_exclusion(self, run, lines):
        debtor = lines.debtor_id
        if not self._total(lines):
            return "zero_total", self.env._(
                "%(debtor)s: the lines add up to zero. They are settled without "
                "invoice.",
                debtor=debtor.display_name,
            )
        if run.company_id.daycare_require_address and debtor._missing_address_fields():
            return "debtor_address", run._debtor_text(debtor)
        return None

    @api.model
    def _group_key(self, batch, source):
        return self._key(source)

    @api.model
    def _key(self, source):
        debtor = source.debtor_id
        return debtor.id, source.child_id.id if debtor.invoice_per_child else 0

    @api.model
    def _group_label(self, batch, key, sources):
        debtor = sources.debtor_id.display_name
        return f"{debtor} · {sources.child_id.display_name}" if key[1] else debtor

    @api.model
    def _total(self, sources):
        return sum((exact(source.amount) for source in sources), ZERO)

    @api.model
    def _zero_groups(self, sources):
        """Return those of the sources whose invoice would add up to zero."""
        groups = sources.grouped(self._key).values()
        return sources.browse().union(*(own for own in groups if not self._total(own)))

    @api.model
    def _source_amounts(self, batch, sources):
        return {source.id: source.amount for source in sources}

    # === MOVE ===

    @api.model
    def _prepare_move_vals(self, batch, key, sources):
        run = batch.run
        company = run.company_id
        total = self._total(sources)
        vals = {
            "partner_id": sources.debtor_id.partner_id.id,
            "move_type": "out_refund" if total < ZERO else self._move_type,
            # Parents read it: the month says more to them than our number.
            "invoice_origin": f"{run.service_month:%m.%Y}",
            # Who answers for the invoice and sends it; Odoo may take its robot.
            "invoice_user_id": run.user_id.id,
        }
        vals |= run._payment_vals(sources.debtor_id.partner_id)
        if company.daycare_cash_rounding_id and total != round_to(total, FIVE_CENTIMES):
            # Only where there is something to round: the others are created faster.
            vals["invoice_cash_rounding_id"] = company.daycare_cash_rounding_id.id
        return vals

    # === LINES ===

    @api.model
    def _prepare_lines(self, batch, key, sources):
        """Return each child's section and positions, in the debtor's language."""
        lang = sources.debtor_id.partner_id.lang or self.env.lang
        labels = self.env["daycare.billing.labels"].with_context(lang=lang)
        sign = -1 if self._total(sources) < ZERO else 1
        lines = []
        for child, own in sources.grouped("child_id").items():
            name = child.with_context(lang=lang).display_name
            lines.append({"display_type": "line_section", "name": name})
            for source in own.sorted(_reading_order):
                lines += self._source_lines(batch.run, source, labels, sign)
        return lines

    @api.model
    def _source_lines(self, run, source, labels, sign):
        common = {
            "daycare_billing_line_id": source.id,
            "product_id": source.product_id.id or run.company_id.daycare_product_id.id,
            "account_id": self._account(run, source).id,
            "tax_ids": [Command.set(run.company_id.daycare_tax_id.ids)],
            "analytic_distribution": source.group_id.analytic_distribution or False,
        }
        return [
            {
                **common,
                "name": labels._position(source, position),
                "quantity": float(position["quantity"]),
                "price_unit": sign * float(position["unit"]),
            }
            for position in source.positions
        ]

    @api.model
    def _account(self, run, source):
        """Return the income account: the group's, the product's or the journal's.

        :raises UserError: there is none
        """
        product = source.product_id
        group_account = source.group_id.income_account_id
        if group_account and not product:
            return group_account
        product = product or run.company_id.daycare_product_id
        accounts = product.with_company(run.company_id).product_tmpl_id
        account = (
            accounts.get_product_accounts()["income"]
            or group_account
            or run.journal_id.default_account_id
        )
        if not account:
            raise UserError(
                self.env._(
                    "No income account for %(line)s. Enter one on the group, or on the "
                    "category of the care product.",
                    line=source.display_name,
                )
            )
        return account
