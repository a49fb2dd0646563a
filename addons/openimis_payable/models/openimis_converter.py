import json

from odoo import api, models

from odoo.addons.account_billing_run.models.billing_batch import BillingBatch

from ..core.payable import (
    Calculation,
    group_payables,
    is_grouped,
    ledger_label,
)


class OpenimisBatch(BillingBatch):
    """What each source is worth, worked out once.

    :ivar Calculation calculation: what was worked out so far
    """

    def __init__(self, converter, run):
        super().__init__(converter, run)
        self.calculation = Calculation()

    def worth(self, sources):
        """Return the calculation, which covers `sources`.

        :rtype: Calculation
        """
        missing = [i for i in sources.ids if not self.calculation.knows(i)]
        if missing:
            self.converter._calculate(
                self.run, sources.browse(missing), self.calculation
            )
        return self.calculation


class OpenimisConverter(models.AbstractModel):
    """What all payables of openIMIS have in common on their way to a bill.

    A kind of payable says what each source is worth (:meth:`_calculate`) and who is
    paid; preview, bill, payable lines and links all use that one calculation.
    """

    _name = "openimis.converter"
    _description = "openIMIS Converter"
    _inherit = ["account.billing.converter"]
    _stands_alone = False  # its own run asks for what it needs

    #: type of the payable, as in `openimis.payable.type`
    _payable_type = None
    #: what the bill codes begin with
    _code_prefix = "OI"
    #: date of a source that decides the period it belongs to
    _date_field = "billing_date"

    # === CALCULATION ===

    @api.model
    def _calculate(self, run, sources, calculation):
        """Say for each source what is owed, or why nothing can be billed.

        :param run: `openimis.closing`
        :param sources: records of the source model
        :param calculation: `core.payable.Calculation` to add to
        """
        raise NotImplementedError

    @api.model
    def _new_batch(self, run):
        return OpenimisBatch(self, run)

    @api.model
    def _sources_domain(self, batch):
        run = batch.run
        before = run.include_late and [("billing_state", "=", "to_bill")]
        start = [(self._date_field, ">=", run.date_from)]
        return [
            ("company_id", "=", run.company_id.id),
            "|",
            (self._date_field, "=", False),
            "&",
            (self._date_field, "<=", run.date_to),
            *(["|", *start, *before] if before else start),
        ]

    @api.model
    def _exclusions(self, batch, sources):
        return {
            source: reason
            for source, reason in batch.worth(sources).reasons.items()
            if source in set(sources.ids)
        }

    # === MOVE ===

    @api.model
    def _group_key(self, batch, source):
        return (source.health_facility_id.id,)

    @api.model
    def _third_party(self, run, key):
        """Return the partner of a bill, the record it stands for, and its area.

        Here the health facility; kinds that pay others say so.

        :param tuple key: as `_group_key` gives it
        :return: tuple (`res.partner`, sender record, `openimis.location`)
        """
        facility = self.env["res.partner"].browse(key[0])
        return facility, facility, facility.openimis_location_id

    @api.model
    def _group_label(self, batch, key, sources):
        return self._third_party(batch.run, key)[0].display_name

    @api.model
    def _prepare_move_vals(self, batch, key, sources):
        run = batch.run
        partner, sender, location = self._third_party(run, key)
        payables = self._payables(batch, sources)
        products = sorted({p.product for p in payables if p.product})
        code = self._next_code(batch, sender)
        return {
            "partner_id": partner.id,
            # what is owed is worked out in it, whatever the journal prefers
            "currency_id": run.currency_id.id,
            **run._due_date_vals(partner, self._move_type),
            "ref": code,
            "openimis_type": self._payable_type,
            "openimis_closing_id": run.id,
            "openimis_code": code,
            "openimis_subject": f"{run._name},{run.id}",
            "openimis_sender": f"{sender._name},{sender.id}",
            "openimis_date_from": run.date_from,
            "openimis_date_to": run.date_to,
            "openimis_terms": run._product_names(products),
            "openimis_location_id": location.id,
            "openimis_product_ids": products,
            "openimis_line_policy": self._line_policy(run, payables),
            "openimis_amount_discount": float(sum(p.discount for p in payables)),
        }

    @api.model
    def _payables(self, batch, sources):
        """Return all payables of the sources, oldest first."""
        payables = batch.worth(sources).payables
        return [
            payable for source in sorted(sources.ids) for payable in payables[source]
        ]

    @api.model
    def _line_policy(self, run, payables):
        grouped = is_grouped(run.move_line_policy, len(payables))
        return "grouped" if grouped else "detailed"

    @api.model
    def _next_code(self, batch, sender):
        """Return a bill code that is not taken: a second bill gets a suffix."""
        run = batch.run
        party = next(
            (
                sender[f]
                for f in ("openimis_code", "code", "chf_id", "ref")
                if f in sender
            ),
            None,
        )
        code = f"{self._code_prefix}-{party or sender.id}-{run.date_to:%Y-%m}"
        taken = self._taken_codes(batch)
        number, free = 1, code
        while free in taken:
            number += 1
            free = f"{code}-{number}"
        taken.add(free)
        return free

    @api.model
    def _taken_codes(self, batch):
        """Return the set of this month's codes in use, read once a chunk."""
        run, terms = batch.run, batch.calculation.terms
        if "codes" not in terms:
            # sudo: a code is taken also where the user may not see the bill
            moves = (
                self.env["account.move"]
                .sudo()
                .search_fetch(
                    [
                        ("company_id", "=", run.company_id.id),
                        (
                            "openimis_code",
                            "=like",
                            f"{self._code_prefix}-%{run.date_to:%Y-%m}%",
                        ),
                    ],
                    ["openimis_code"],
                )
            )
            terms["codes"] = set(moves.mapped("openimis_code"))
        return terms["codes"]

    @api.model
    def _candidate_partner(self, source, terms):
        """Return the id of the partner a source would be billed by, or None.

        :param dict terms: those of the calculation
        """
        return source.health_facility_id.id or None

    # === LINES ===

    @api.model
    def _prepare_lines(self, batch, key, sources):
        run = batch.run
        payables = self._payables(batch, sources)
        grouped = self._line_policy(run, payables) == "grouped"
        partner = self._third_party(run, key)[0]
        return self._invoice_lines(payables, grouped, self._payable_type, partner)

    @api.model
    def _invoice_lines(self, payables, grouped, kind, partner):
        """Return invoice line values that add up to the payables' net amounts.

        :param payables: list of `core.payable.Payable`
        :param bool grouped: by account, product, taxes and analytic distribution
        :param str kind: type of payable, for the wording
        :param partner: `res.partner` of the bill
        :return: list of values for `account.move.line`
        """
        if not grouped:
            facility = partner.openimis_is_facility and partner.name or ""
            return [
                {
                    **self._line_base(payable),
                    "name": ledger_label(kind, payable, facility),
                    "price_unit": float(payable.net),
                }
                for payable in payables
            ]
        # the third party reads the bill, whoever makes it
        there = self.with_context(lang=partner.lang or self.env.lang)
        return [
            there._grouped_line(kind, group)
            for group in group_payables(payables).values()
        ]

    @api.model
    def _grouped_line(self, kind, group):
        closings = self.env["openimis.closing"]
        return {
            **self._line_base(group[0]),
            "name": self.env._(
                "%(type)s %(product)s: %(count)s lines",
                type=closings._type_names()[kind],
                product=closings._product_names([group[0].product]),
                count=len(group),
            ),
            "price_unit": float(sum(payable.net for payable in group)),
        }

    @api.model
    def _line_base(self, payable):
        analytic = payable.analytic and json.loads(payable.analytic)
        return {
            "quantity": 1.0,
            "account_id": payable.account,
            "tax_ids": [(6, 0, payable.taxes)],
            "analytic_distribution": analytic or False,
        }

    @api.model
    def _source_amounts(self, batch, sources):
        amounts = batch.worth(sources).amounts
        return {source: float(amounts[source]) for source in sources.ids}

    @api.model
    def _after_create(self, batch, created):
        message = self.env._("Generated by %s", batch.run.name)
        self._add_payable_lines(batch, created, message)

    @api.model
    def _add_payable_lines(self, batch, created, message):
        """Give bills the payable lines of sources, and an event that says so.

        :param OpenimisBatch batch: what was billed
        :param list created: tuples (move, group key, sources)
        :param str message: of the event
        """
        self.env["openimis.payable.line"]._create_for(
            [(move, self._payables(batch, sources)) for move, _key, sources in created],
            self._payable_type,
            self._source_model,
        )
        moves = self.env["account.move"].union(*(move for move, *_rest in created))
        moves._openimis_add_event("1", message)
