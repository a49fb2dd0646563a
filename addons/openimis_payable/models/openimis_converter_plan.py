from dataclasses import replace

from odoo import api, models

from odoo.addons.exchange_run.core.money import exact, round_to

from ..core.payable import Payable
from ..core.plan import Plan


class OpenimisConverterPlan(models.AbstractModel):
    """Payables that a payment plan of the product decides: a rate or a lump sum."""

    _name = "openimis.converter.plan"
    _description = "openIMIS Payment Plan Payables"
    _inherit = ["openimis.converter"]

    # === WHAT A KIND OF PAYABLE SAYS ===

    @api.model
    def _bases(self, source):
        """Return what the rate applies to.

        :return: list of (`openimis.premium` or `openimis.policy`, amount)
        """
        raise NotImplementedError

    @api.model
    def _payee(self, run, source, plan):
        """Return the id of the record that is paid, or None."""
        raise NotImplementedError

    @api.model
    def _granularity(self, run):
        """Return `policy` or `product`: what one payable line stands for."""
        raise NotImplementedError

    @api.model
    def _source_refusal(self, run, source):
        """Return (code, text) of a reason of the source itself, or None."""

    # === CALCULATION ===

    @api.model
    def _plan_terms(self, run, calculation):
        """Look up products, plans and scope once a chunk."""
        if not calculation.terms:
            calculation.terms.update(
                products=run._product_terms(self._payable_type),
                plans=self._plans(run),
                scope=set(run._scope().ids),
                quantum=exact(run.currency_id.rounding),
                run=run,
                payees={},
            )
        return calculation.terms

    @api.model
    def _plans(self, run):
        """Return {product id: list of `core.plan.Plan`} of this kind."""
        plans = {}
        for plan in self.env["openimis.payment.plan"].search(
            [
                ("company_id", "=", run.company_id.id),
                ("calculation", "=", self._payable_type),
            ]
        ):
            plans.setdefault(plan.product_id.id, []).append(plan._plain())
        return plans

    @api.model
    def _calculate(self, run, sources, calculation):
        terms = self._plan_terms(run, calculation)
        for source in sources:
            reason, payables = self._calculate_one(run, source, terms)
            if reason:
                calculation.leave_out(source.id, *reason)
            else:
                calculation.add(source.id, payables)

    @api.model
    def _calculate_one(self, run, source, terms):
        """Return (reason or None, payables) of one source."""
        if source.billing_excluded:
            text = self.env._("Marked as never to be billed")
            return ("never_bill", text), []
        reason = self._source_refusal(run, source)
        if reason:
            return reason, []
        payables = []
        for record, base in self._bases(source):
            reason, plans = self._plans_of(run, source, record.product_id, terms)
            if reason:
                return reason, []
            for plan in plans:
                payee = self._payee(run, source, plan)
                if not payee or terms["payees"].setdefault(source.id, payee) != payee:
                    text = self.env._("Nobody to pay is named")
                    return ("no_third_party", text), []
                payables.append(self._payable(run, source, record, base, plan, terms))
        if (
            run.partner_ids
            and self._candidate_partner(source, terms) not in run.partner_ids.ids
        ):
            return ("other_scope", self.env._("Third party not chosen")), []
        return None, payables

    @api.model
    def _plans_of(self, run, source, product, terms):
        """Return (reason or None, plans) of a product for this closing."""
        if product.id not in terms["scope"]:
            text = self.env._("Product outside this closing: %s", product.name)
            return ("other_scope", text), []
        plans = [
            plan
            for plan in terms["plans"].get(product.id, [])
            if plan.is_valid(run.date_from, run.date_to) and self._fits(source, plan)
        ]
        if not plans:
            text = self.env._("No payment plan in force for product %s", product.name)
            return ("no_plan", text), []
        due = [plan for plan in plans if plan.pays(run.date_from, run.date_to)]
        if not due:
            text = self.env._(
                "Plan %(plan)s pays every %(months)s months, not this one",
                plan=plans[0].code,
                months=plans[0].periodicity,
            )
            return ("not_due", text), []
        account = terms["products"][product.id]
        if account.account is None:
            return ("no_account", account.problem), []
        return None, due

    @api.model
    def _fits(self, source, plan):
        """Tell whether a plan applies to a source."""
        return True

    @api.model
    def _payable(self, run, source, record, base, plan, terms):
        """Return the payable of one premium or policy."""
        base = exact(base)
        net = plan.amount(base, terms["quantum"])
        location = source.location_id.id or None
        return Payable(
            source=source.id,
            code=record.code or plan.code,
            description=self._description_of(record, plan),
            quantity=base,
            unit_price=plan.unit_price,
            discount=round_to(base * plan.unit_price, terms["quantum"]) - net,
            net=net,
            location=location,
            details=self._details(record, plan),
            explanation=(
                self.env._("value %s", run._figure(base)),
                f"{run._figure(base)} x {run._figure(plan.rate)} %",
                self.env._("net %s", run._figure(net)),
            ),
            **terms["products"][record.product_id.id].accounting(location),
        )

    @api.model
    def _description_of(self, record, plan):
        return f"{plan.code} {plan.rate:f} %"

    @api.model
    def _details(self, record, plan):
        """Return the structured details of a line."""
        policy = record.policy_id if "policy_id" in record._fields else record
        return {
            "plan": plan.code,
            "rate": str(plan.rate),
            "policy": policy.code or "",
            "head_of_family_chfid": policy.family_id.head_id.chf_id or "",
        }

    # === LINES ===

    @api.model
    def _payables(self, batch, sources):
        run = batch.run
        payables = super()._payables(batch, sources)
        if self._granularity(run) == "policy":
            return payables
        groups = {}
        for payable in payables:
            groups.setdefault((payable.group, payable.unit_price), []).append(payable)
        return [self._merged(run, group) for group in groups.values()]

    @api.model
    def _merged(self, run, group):
        """Return one payable for a product: values as quantity, rate as price."""
        net = sum(payable.net for payable in group)
        quantity = sum(payable.quantity for payable in group)
        quantum = exact(run.currency_id.rounding)
        gross = round_to(quantity * group[0].unit_price, quantum)
        product = self.env["openimis.product"].browse(group[0].product)
        return replace(
            group[0],
            code=product.code,
            description=product.name,
            quantity=quantity,
            net=net,
            discount=gross - net,
            details={"lines": [{"code": p.code, "net": str(p.net)} for p in group]},
            merged=tuple({p.source: None for p in group}),
            explanation=(
                self.env._("value %s", run._figure(quantity)),
                f"{run._figure(quantity)} x {run._figure(group[0].unit_price)}",
                self.env._("net %s", run._figure(net)),
            ),
        )


class OpenimisPaymentPlan(models.Model):
    """A payment plan as the calculation takes it."""

    _inherit = "openimis.payment.plan"  # pylint: disable=consider-merging-classes-inherited

    def _plain(self):
        """Return the plan as `core.plan.Plan`."""
        return Plan(
            id=self.id,
            code=self.code,
            rate=exact(self.rate),
            lump_sum=exact(self.lump_sum),
            periodicity=self.periodicity,
            date_from=self.date_from or None,
            date_to=self.date_to or None,
            origin=self.payment_origin or "",
            payer=self.payer_id.id or None,
            partner=self.disbursing_partner_id.id or None,
        )
