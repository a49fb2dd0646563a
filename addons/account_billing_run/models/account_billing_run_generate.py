from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL, float_compare

from ..bulk import insert_rows, update_rows

#: Code of the finding that the quick way of creating documents is not taken.
ODOOS_WAY = "odoos_way"


class AccountBillingRunMixin(models.AbstractModel):
    """How a run creates the draft moves, each source once."""

    _inherit = "account.billing.run.mixin"  # pylint: disable=consider-merging-classes-inherited

    def _execute(self, payload):
        # sudo: see _billing_stale_lines
        lines = self.env["account.billing.run.line"].sudo().browse(payload["line_ids"])
        waiting = lines.filtered(lambda line: not line.move_id)
        for name, own in waiting.grouped("converter").items():
            self._billing_generate(name, own)

    def _reset_failed_chunks(self):
        """Try anew the documents that were refused, too: their chunks are done."""
        result = super()._reset_failed_chunks()
        # sudo: see _billing_stale_lines
        refused = self.line_ids.sudo().filtered("error")
        for line in refused:
            self._count(
                self.env[line.converter]._source_model, "failed", -line.source_count
            )
        refused.error = False
        for chunk in self._chunks("done"):
            if set(refused.ids).intersection(chunk.payload.get("line_ids", ())):
                chunk.state = "todo"
        return result

    def _billing_generate(self, name, lines):
        """Create the moves of some preview lines; name the culprits if some fail."""
        # what was looked up for moves that failed is not true of their next trial
        batch = self._billing_batch(name)
        try:
            with self.env.cr.savepoint():
                self._billing_create_moves(batch, lines)
        except (UserError, ValidationError) as error:
            if len(lines) > 1:
                for line in lines:
                    self._billing_generate(name, line)
                return
            lines.error = str(error)
            self._log(
                "error",
                str(error),
                code="not_billed",
                value=lines.label,
                record=lines.partner_id,
            )
            self._count(batch.sources._name, "failed", lines.source_count)

    def _billing_create_moves(self, batch, lines):
        converter = batch.converter
        groups = self._billing_lock_groups(batch, lines)
        if not groups:
            return
        common = self._billing_move_vals(converter._name)
        vals_list = [
            {**common, **self._billing_group_vals(batch, line, sources)}
            for line, sources in groups
        ]
        fast = self._billing_is_fast(vals_list)
        moves = self.env["account.move"]._billing_create(vals_list, fast)
        self._billing_link(batch, groups, moves)
        created = []
        for (line, sources), move in zip(groups, moves, strict=True):
            self._billing_check_total(line, move)
            line.write({"move_id": move.id, "error": False})
            created.append((move, line._key(), sources))
        converter._after_create(batch, created)
        billed = sum(len(sources) for _line, sources in groups)
        self._count(batch.sources._name, "billed", billed)
        self._count("account.move", "create", len(moves))

    def _billing_is_fast(self, vals_list):
        """Tell whether this run creates its documents the quick way.

        Before its first document both ways are compared. If they differ, the run goes
        Odoo's own way to its end, and says so.

        :param list vals_list: values of the moves to create next
        """
        Move = self.env["account.move"]
        if not Move._billing_fast_allowed() or self._billing_goes_odoos_way():
            return False
        mine = [
            ("billing_run_model", "=", self._name),
            ("billing_run_id", "=", self.id),
        ]
        # sudo: documents count also where the user may not see them
        if Move.sudo().search_count(mine, limit=1):
            return True
        found = Move._billing_fast_difference(vals_list)
        if found:
            self._log(
                "warning",
                self.env._(
                    "The documents are created in Odoo's own way, which takes longer: "
                    "the quick way would no longer write the same into %s. An addon or "
                    "an update may be the reason; tell your administrator.",
                    found,
                ),
                code=ODOOS_WAY,
                value=found,
            )
        return not found

    def _billing_goes_odoos_way(self):
        """Tell whether this run has found that both ways differ."""
        domain = [("run_model", "=", self._name), ("run_id", "=", self.id)]
        # sudo: the run's own findings
        Message = self.env["exchange.message"].sudo()
        return bool(Message.search(domain + [("code", "=", ODOOS_WAY)], limit=1))

    def _billing_lock_groups(self, batch, lines):
        """Lock the sources and drop those that were billed since the preview.

        :return: list of (line, sources still to bill)
        """
        model = batch.sources
        ids = sorted({source_id for line in lines for source_id in line._sources().ids})
        # A run of another kind may want the same sources: who comes second waits, and
        # then starts over on fresh data (serialization error, the chunk is repeated).
        query = SQL(
            "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            SQL.identifier(model._table),
            ids,
        )
        alive = {row[0] for row in self.env.execute_query(query)}
        sources = model.browse(i for i in ids if i in alive)
        gone = self._billing_billed_ids(batch, sources) | (set(ids) - alive)
        gone |= set(self._billing_reasons(batch, sources))
        groups = []
        for line in lines:
            rest = line._sources().filtered(lambda s: s.id not in gone)
            if len(rest) != line.source_count:
                self._billing_shrink_line(batch, line, rest)
            if rest:
                groups.append((line, rest.with_prefetch(ids)))
        return groups

    def _billing_shrink_line(self, batch, line, sources):
        """Adapt a preview line to sources that were billed or changed meanwhile."""
        self._log(
            "warning",
            self.env._(
                "%(count)s documents of %(label)s were billed or changed since the "
                "preview and are left out.",
                count=line.source_count - len(sources),
                label=line.label,
            ),
            code="changed_since_preview",
        )
        if sources:
            # in a batch of its own: the line is no second move that takes a number
            other = self._billing_batch(batch.converter._name)
            vals = self._prepare_run_line_vals(other, line._key(), sources)
            line.write(vals)
        else:
            line.write({"source_ids": False, "source_count": 0, "amount": 0})

    def _billing_group_vals(self, batch, line, sources):
        """Return what a move has of its own: its head and its lines."""
        key, converter = line._key(), batch.converter
        lines = converter._prepare_lines(batch, key, sources)
        return {
            **converter._prepare_move_vals(batch, key, sources),
            "invoice_line_ids": [
                Command.create({"tax_ids": [Command.clear()], **vals}) for vals in lines
            ],
        }

    def _billing_link(self, batch, groups, moves):
        """Write who bills what: the unique index refuses a second bill."""
        Link = self.env["account.billing.link"]
        converter = batch.converter
        every = batch.sources.union(*(sources for _line, sources in groups))
        amounts = converter._source_amounts(batch, every)
        insert_rows(
            Link,
            [
                {
                    "company_id": self.company_id.id,
                    "converter": converter._name,
                    "res_model": sources._name,
                    "res_id": source.id,
                    "discriminator": converter._discriminator(batch, source),
                    "move_id": move.id,
                    "currency_id": self.currency_id.id,
                    "amount": self.currency_id.round(amounts.get(source.id, 0.0)),
                    "state": "active",
                }
                for (_line, sources), move in zip(groups, moves, strict=True)
                for source in sources
            ],
        )
        Link.invalidate_model(flush=False)
        moves.invalidate_recordset(["billing_link_ids"], flush=False)
        if converter._marks_source:
            self._billing_mark_sources(batch, groups, moves)

    def _billing_mark_sources(self, batch, groups, moves):
        """Let the sources show the moves that bill them."""
        common = {"billing_state": "billed", **batch.converter._source_vals(batch)}
        update_rows(
            # sudo: billing marks the source, its user need not be allowed to edit
            batch.sources.sudo().union(*(sources for _line, sources in groups)),
            [
                {"id": source_id, "billing_move_id": move.id, **common}
                for (_line, sources), move in zip(groups, moves, strict=True)
                for source_id in sources.ids
            ],
        )

    def _billing_check_total(self, line, move):
        """Refuse a move whose total is not what the preview said.

        :raises ValidationError: a cent is missing or too much
        """
        rounding = move.currency_id.rounding
        if float_compare(move.amount_untaxed, line.amount, precision_rounding=rounding):
            raise ValidationError(
                self.env._(
                    "%(label)s: the document adds up to %(actual)s, the preview said "
                    "%(expected)s. Preview again.",
                    label=line.label,
                    actual=move.amount_untaxed,
                    expected=line.amount,
                )
            )

    def _final_state(self, done, failed):
        state = super()._final_state(done, failed)
        if state == "done" and any(line.error for line in self.line_ids):
            return "partial" if self.move_ids else "failed"
        return state
