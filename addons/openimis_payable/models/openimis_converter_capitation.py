from odoo import api, models

from odoo.addons.exchange_run.core.money import exact, round_to

from ..core.payable import Payable


class OpenimisConverterCapitation(models.AbstractModel):
    """Capitation: one bill per health facility. openimis.md section 3.2."""

    _name = "openimis.converter.capitation"
    _description = "openIMIS Capitation to Bills"
    _inherit = ["openimis.converter"]
    _source_model = "openimis.capitation"
    _payable_type = "capitation"
    _code_prefix = "CP"

    @api.model
    def _sources_domain(self, batch):
        run = batch.run
        return [
            ("company_id", "=", run.company_id.id),
            ("date_from", "=", run.date_from),
            ("date_to", "=", run.date_to),
            ("product_id", "in", run._scope().ids),
        ]

    @api.model
    def _calculate(self, run, sources, calculation):
        products = calculation.terms.setdefault(
            "products", run._product_terms("capitation")
        )
        for row in sources:
            terms = products[row.product_id.id]
            facility = row.health_facility_id
            if row.billing_excluded:
                text = self.env._("Marked as never to be billed")
                calculation.leave_out(row.id, "never_bill", text)
            elif run.partner_ids and facility not in run.partner_ids:
                text = self.env._("Health facility not chosen")
                calculation.leave_out(row.id, "other_scope", text)
            elif terms.account_of(facility.id) is None:
                calculation.leave_out(row.id, "no_account", terms.problem)
            else:
                calculation.add(row.id, self._row_payables(run, row, terms))

    @api.model
    def _row_payables(self, run, row, terms):
        accounting = terms.accounting(
            row.location_id.id or None, row.health_facility_id.id
        )
        if run.capitation_granularity == "product":
            return [self._whole_payable(run, row, accounting)]
        labels = row._indicator_labels()
        printed = self._in_facility_language(row)._indicator_labels()
        return [
            self._part_payable(run, row, part, labels, printed, accounting)
            for part in row.parts
        ]

    @api.model
    def _in_facility_language(self, row):
        """Return a row as the facility reads it, which the bill is for."""
        lang = row.health_facility_id.lang or self.env.lang
        return row.with_context(lang=lang)

    @api.model
    def _part_payable(self, run, row, part, labels, printed, accounting):
        """Return one indicator: quantity, unit price, discount = 1 - share x weight."""
        quantum = exact(run.currency_id.rounding)
        quantity, price = exact(part["quantity"]), exact(part["unit_price"])
        net = exact(part["amount"])
        label = labels[part["indicator"]]
        return Payable(
            source=row.id,
            code=f"{row.product_id.code}-{part['indicator']}",
            description=printed[part["indicator"]],
            quantity=quantity,
            unit_price=price,
            discount=round_to(quantity * price, quantum) - net,
            net=net,
            location=row.location_id.id or None,
            details=part,
            explanation=self._explain(run, row, part, net, label),
            **accounting,
        )

    @api.model
    def _explain(self, run, row, part, net, label):
        write = run._figure
        return (
            f"{label}: {write(part['quantity'])} / {write(part['sum'])}",
            f"{write(row.allocated)} x {write(row.share_contribution)} %"
            f" x {write(part['weight'])} %",
            self.env._("net %s", write(net)),
        )

    @api.model
    def _whole_payable(self, run, row, accounting):
        """Return one line for the product, the calculation in its details."""
        net = sum(exact(part["amount"]) for part in row.parts)
        labels = row._indicator_labels()
        there = self._in_facility_language(row)
        return Payable(
            source=row.id,
            code=row.product_id.code,
            description=there.env._("Capitation %s", there.product_id.name),
            unit_price=net,
            net=net,
            location=row.location_id.id or None,
            details={"allocated": str(exact(row.allocated)), "parts": row.parts},
            explanation=(
                f"{run._figure(row.allocated)}"
                f" x {run._figure(row.share_contribution)} %",
                "; ".join(
                    f"{labels[part['indicator']]} {run._figure(part['amount'])}"
                    for part in row.parts
                ),
                self.env._("net %s", run._figure(net)),
            ),
            **accounting,
        )
