from odoo import models
from odoo.exceptions import UserError
from odoo.tools import split_every
from odoo.tools.misc import formatLang

from odoo.addons.exchange_run.told import telling

from .rights import require_right

CALCULATE_BATCH = 5000
#: about a second's work where invoice lines are grouped
CHUNK_GROUPED = 2000
#: a detailed bill line costs about as much as this many grouped ones
DETAILED_COST = 10
DONE_STATES = ("done", "partial", "failed", "cancelled")
#: reasons that ask nobody to do anything
QUIET_REASONS = ("other_scope", "never_bill")
CONVERTERS = {
    "claim": "openimis.converter.claim",
    "capitation": "openimis.converter.capitation",
    "commission": "openimis.converter.commission",
    "fee": "openimis.converter.fee",
    "cash": "openimis.converter.cash",
    "contribution": "openimis.converter.contribution",
}


class OpenimisClosing(models.Model):
    """The steps of a closing: preview, generate, once more."""

    _inherit = "openimis.closing"  # pylint: disable=consider-merging-classes-inherited
    _exchange_background_from = 30000

    # === BUTTONS ===

    def action_preview(self):
        """Work out every candidate and every reason; bills nothing.

        :return: True
        :raises AccessError: without right 111103 or 111101
        """
        require_right(self.env, "111103", "111101")
        for closing in self:
            if closing.state in DONE_STATES:
                closing._set_state("draft")
            closing.action_plan()
        return True

    def action_generate(self):
        """Create the draft bills; again later, for what has come since.

        :return: True
        :raises AccessError: without the rights 111101 and 156102
        """
        require_right(self.env, "111101")
        require_right(self.env, "156102")
        for closing in self:
            if closing.state in DONE_STATES:
                closing._set_state("draft")
            closing.action_run()
        return True

    def action_plan(self):
        """Preview; needs right 111103 or 111101."""
        require_right(self.env, "111103", "111101")
        return super().action_plan()

    def _check_may_run(self):
        require_right(self.env, "111101")
        return super()._check_may_run()

    def _generate_at_once(self):
        """Bill within the current transaction, as demonstration data must."""
        for payload in self._plan():
            self._execute(payload)
        self.state = "done"

    # === PLAN ===

    def _billing_converters(self):
        return [CONVERTERS[kind.code] for kind in self.types.sorted("sequence")]

    def _billing_journal(self, move_type):
        kind = "purchase" if move_type.startswith("in_") else "sale"
        if self.journal_id.type == kind:
            return self.journal_id
        journals = self.env["account.journal"]
        company = journals._check_company_domain(self.company_id)
        journal = journals.search([*company, ("type", "=", kind)], limit=1)
        return journal or super()._billing_journal(move_type)

    def _plan(self):
        self.ensure_one()
        if not self.types:
            raise UserError(self.env._("Choose at least one payable type."))
        kinds = self.types.mapped("code")
        if "claim" in kinds:
            self._valuate_periods()
        if "capitation" in kinds:
            self._share_out_capitation()
        plan = super()._plan()
        self._log_header_differences()
        return plan

    def _log_header_differences(self):
        """Say how many claims have a total that is not that of their lines."""
        [(count, total)] = self.env["openimis.closing.line"]._read_group(
            [
                ("closing_id", "=", self.id),
                "|",
                ("header_difference", ">", 0),
                ("header_difference", "<", 0),
            ],
            [],
            ["__count", "header_difference:sum"],
        )
        if count:
            self._log(
                "info",
                self.env._(
                    "%(count)s claims have a total in openIMIS that is not that of "
                    "their lines, %(total)s more in all. Bills say what the lines say; "
                    "the candidates show each difference.",
                    count=count,
                    total=formatLang(self.env, total, currency_obj=self.currency_id),
                ),
                code="header_difference",
            )

    def _clear_plan(self):
        # sudo: candidates are the closing's own bookkeeping
        self.sudo().candidate_ids.unlink()
        return super()._clear_plan()

    def _billing_leave_out(self, batch, sources):
        """List every candidate with its explanation or reason."""
        kept = sources.browse()
        for part in split_every(CALCULATE_BATCH, sources.ids, sources.browse):
            billed = self._billing_billed_ids(batch, part)
            reasons = self._billing_reasons(batch, part)
            self.env["openimis.closing.line"]._create_for(batch, part, billed, reasons)
            self._billing_log_reasons(part, reasons)
            left_out = set(reasons) | billed
            kept |= part.browse([i for i in part.ids if i not in left_out])
        self._count(sources._name, "skip", len(sources) - len(kept))
        return kept

    def _billing_reasons(self, batch, sources):
        # the calculation looks at the documents' own mark, too
        return batch.converter._exclusions(batch, sources)

    def _billing_log_reasons(self, sources, reasons):
        loud = {i: why for i, why in reasons.items() if why[0] not in QUIET_REASONS}
        return super()._billing_log_reasons(sources, loud)

    def _billing_chunk_sources(self):
        detailed = self.move_line_policy == "detailed"
        return super()._billing_chunk_sources() if detailed else CHUNK_GROUPED

    def _goes_to_background(self):
        cost = DETAILED_COST if self.move_line_policy == "detailed" else 1
        limit = self._exchange_background_from
        if limit is None or self._is_inline():
            return False
        return self.progress_total * cost >= limit

    # === EXECUTE ===

    def _execute(self, payload):
        self._store_indexes()
        billing = telling(self, openimis_billing=True)
        return super(OpenimisClosing, billing)._execute(payload)

    def _finish(self):
        # also where nothing was billed: late claims will need the index
        if self.valuation:
            self._store_indexes()
        return super()._finish()

    def _billing_create_moves(self, batch, lines):
        if self.late_policy == "join":
            lines = self._join_drafts(batch, lines)
        return super()._billing_create_moves(batch, lines)

    def _join_drafts(self, batch, lines):
        """Add late sources to the draft bills this closing has made.

        :return: the preview lines that need a bill of their own
        """
        drafts = self._drafts_to_join(batch.converter)
        rest = lines
        for line, sources in self._billing_lock_groups(batch, lines):
            if draft := drafts.get(line._key()):
                rest -= line
                self._join(batch, line, sources, draft)
        return rest

    def _drafts_to_join(self, converter):
        """Return the draft bills of this closing that late sources may join.

        :return: dict {group key: `account.move`}
        """
        made = self.line_ids.filtered(
            lambda line: line.move_id and line.converter == converter._name
        )
        drafts = self.env["account.move"].search(
            [
                ("id", "in", made.move_id.ids),
                ("state", "=", "draft"),
                ("openimis_suspended", "=", False),
            ]
        )
        return {line._key(): line.move_id for line in made if line.move_id in drafts}

    def _join(self, batch, line, sources, draft):
        """Add sources to a draft bill: links, payable lines, invoice lines."""
        self._billing_link(batch, [(line, sources)], draft)
        joining = [(draft, line._key(), sources)]
        message = self.env._("Late documents added by %s", self.name)
        batch.converter._add_payable_lines(batch, joining, message)
        draft._openimis_sync_lines()
        # sudo: the head only follows the lines, which the closing may add
        draft.sudo()._openimis_add_products(draft.openimis_line_ids.product_id)
        line.write({"move_id": draft.id, "error": False})
        self._count(sources._name, "billed", len(sources))
