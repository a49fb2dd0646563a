from odoo import models
from odoo.fields import Domain

CHUNK_SOURCES = 500
CHUNK_MOVES = 100


class AccountBillingRunMixin(models.AbstractModel):
    """How a run finds what is to bill and shows it, without writing any move."""

    _inherit = "account.billing.run.mixin"  # pylint: disable=consider-merging-classes-inherited

    def _clear_plan(self):
        self._billing_stale_lines().unlink()
        return super()._clear_plan()

    def _billing_stale_lines(self):
        # sudo: preview lines are the run's own bookkeeping
        return self.line_ids.sudo().filtered(lambda line: not line.move_id)

    def _plan(self):
        """Preview: one line a move, and a finding for each source left out."""
        lines = self.env["account.billing.run.line"]
        for name in self._billing_converters():
            lines |= self._billing_preview(self._billing_batch(name))
        return list(self._billing_chunks(lines))

    def _billing_batch(self, name):
        """Return a new batch of this run.

        :param str name: of the converter
        :rtype: BillingBatch
        """
        return self.env[name]._new_batch(self)

    def _billing_preview(self, batch):
        """Create the preview lines of one converter.

        :param BillingBatch batch: the batch to fill
        :return: `account.billing.run.line` records, with the amounts of the moves
        """
        converter = batch.converter
        sources = batch.sources.search_fetch(
            Domain(converter._sources_domain(batch)), converter._source_fields
        )
        sources = self._billing_leave_out(batch, sources)
        groups = sources.grouped(batch.group_key)
        # sudo: see _billing_stale_lines
        lines = (
            self.env["account.billing.run.line"]
            .sudo()
            .create(
                [
                    self._prepare_run_line_vals(batch, key, group)
                    for key, group in groups.items()
                ]
            )
        )
        self._count(converter._source_model, "to_bill", len(sources))
        return lines

    def _billing_leave_out(self, batch, sources):
        """Drop the sources that are excluded or billed already; say so for each."""
        reasons = self._billing_reasons(batch, sources)
        billed = self._billing_billed_ids(batch, sources)
        self._billing_log_reasons(sources, reasons)
        if reasons:
            self._count(sources._name, "skip", len(reasons))
        return sources.filtered(lambda s: s.id not in reasons and s.id not in billed)

    def _billing_reasons(self, batch, sources):
        """Say which sources are left out, by their own mark or by the converter.

        :return: dict {source id: (code, text)}
        """
        sources.fetch(["billing_excluded"])
        marked = "never_bill", self.env._("Marked as never to be billed")
        return {
            **{source.id: marked for source in sources if source.billing_excluded},
            **batch.converter._exclusions(batch, sources),
        }

    def _billing_log_reasons(self, sources, reasons):
        """Make a finding of each source that is left out.

        :param sources: the sources looked at
        :param dict reasons: {source id: (code, text)}
        """
        self._log_many(
            [
                {
                    "severity": "warning",
                    "code": code,
                    "text": text,
                    "value": source.display_name,
                    "record": source,
                }
                for source in sources.filtered(lambda s: s.id in reasons)
                for code, text in [reasons[source.id]]
            ]
        )

    def _billing_billed_ids(self, batch, sources):
        """Return the ids of those sources that the batch's converter has billed."""
        converter = batch.converter
        # sudo: a source is billed even if the user may not see the bill
        links = (
            self.env["account.billing.link"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "=", self.company_id.id),
                    ("converter", "=", converter._name),
                    ("res_model", "=", sources._name),
                    ("res_id", "in", sources.ids),
                    ("state", "=", "active"),
                ],
                ["res_id", "discriminator"],
            )
        )
        by_id = {source.id: source for source in sources}
        return {
            link.res_id
            for link in links
            if (link.discriminator or "")
            == converter._discriminator(batch, by_id[link.res_id])
        }

    def _prepare_run_line_vals(self, batch, key, sources):
        converter = batch.converter
        move_vals = converter._prepare_move_vals(batch, key, sources)
        return {
            "run_model": self._name,
            "run_id": self.id,
            "company_id": self.company_id.id,
            "converter": converter._name,
            "group_key": list(key),
            "source_ids": sources.ids,
            "source_count": len(sources),
            "label": converter._group_label(batch, key, sources),
            "partner_id": move_vals.get("partner_id"),
            "currency_id": move_vals.get("currency_id") or self.currency_id.id,
            "is_refund": "refund" in (move_vals.get("move_type") or ""),
            "amount": self._billing_amount(
                move_vals, converter._prepare_lines(batch, key, sources)
            ),
        }

    def _billing_amount(self, move_vals, line_vals_list):
        """Return the untaxed total of the lines, each rounded as Odoo rounds it."""
        currency = self.env["res.currency"].browse(
            move_vals.get("currency_id") or self.currency_id.id
        )
        total = sum(
            self.env["account.move"]._billing_line_subtotal(currency, vals)
            for vals in line_vals_list
        )
        return currency.round(total)

    def _billing_chunk_sources(self):
        """Return how many sources a chunk may have at most.

        More make a job faster; one that is cancelled or killed stops up to a chunk
        later. A single move is never split.
        """
        return CHUNK_SOURCES

    def _billing_chunks(self, lines):
        """Cut the lines into chunks of a bounded number of sources and moves."""
        chunk, units, most = [], 0, self._billing_chunk_sources()
        for line in lines:
            full = units + line.source_count > most or len(chunk) >= CHUNK_MOVES
            if chunk and full:
                yield {"line_ids": chunk, "units": units}
                chunk, units = [], 0
            chunk.append(line.id)
            units += line.source_count
        if chunk:
            yield {"line_ids": chunk, "units": units}
