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
        for converter, batch in waiting.grouped("converter").items():
            self._billing_generate(self.env[converter], batch)

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

    def _billing_generate(self, converter, lines):
        """Create the moves of some preview lines; name the culprits if some fail."""
        try:
            with self.env.cr.savepoint():
                self._billing_create_moves(converter, lines)
        except (UserError, ValidationError) as error:
            if len(lines) > 1:
                for line in lines:
                    self._billing_generate(converter, line)
                return
            lines.error = str(error)
            self._log(
                "error",
                str(error),
                code="not_billed",
                value=lines.label,
                record=lines.partner_id,
            )
            self._count(converter._source_model, "failed", lines.source_count)

    def _billing_create_moves(self, converter, lines):
        groups = self._billing_lock_groups(converter, lines)
        if not groups:
            return
        common = self._billing_move_vals(converter._name)
        vals_list = [
            {**common, **self._billing_group_vals(converter, line, sources)}
            for line, sources in groups
        ]
        fast = self._billing_is_fast(vals_list)
        moves = self.env["account.move"]._billing_create(vals_list, fast)
        self._billing_link(converter, groups, moves)
        created = []
        for (line, sources), move in zip(groups, moves, strict=True):
            self._billing_check_total(line, move)
            line.write({"move_id": move.id, "error": False})
            created.append((move, line._key(), sources))
        converter._after_create(self, created)
        billed = sum(len(sources) for _line, sources in groups)
        self._count(converter._source_model, "billed", billed)
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

    def _billing_lock_groups(self, converter, lines):
        """Lock the sources and drop those that were billed since the preview.

        :return: list of (line, sources still to bill)
        """
        model = self.env[converter._source_model]
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
        gone = self._billing_billed_ids(converter, sources) | (set(ids) - alive)
        gone |= set(self._billing_reasons(converter, sources))
        groups = []
        for line in lines:
            rest = line._sources().filtered(lambda s: s.id not in gone)
            if len(rest) != line.source_count:
                self._billing_shrink_line(converter, line, rest)
            if rest:
                groups.append((line, rest.with_prefetch(ids)))
        return groups

    def _billing_shrink_line(self, converter, line, sources):
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
            vals = self._prepare_run_line_vals(converter, line._key(), sources)
            line.write(vals)
        else:
            line.write({"source_ids": False, "source_count": 0, "amount": 0})

    def _billing_group_vals(self, converter, line, sources):
        """Return what a move has of its own: its head and its lines."""
        key = line._key()
        lines = converter._prepare_lines(self, key, sources)
        return {
            **converter._prepare_move_vals(self, key, sources),
            "invoice_line_ids": [
                Command.create({"tax_ids": [Command.clear()], **vals}) for vals in lines
            ],
        }

    def _billing_link(self, converter, groups, moves):
        """Write who bills what: the unique index refuses a second bill."""
        Link = self.env["account.billing.link"]
        model = self.env[converter._source_model]
        every = model.union(*(sources for _line, sources in groups))
        amounts = converter._source_amounts(self, every)
        insert_rows(
            Link,
            [
                {
                    "company_id": self.company_id.id,
                    "converter": converter._name,
                    "res_model": sources._name,
                    "res_id": source.id,
                    "discriminator": converter._discriminator(self, source),
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
            self._billing_mark_sources(converter, groups, moves)

    def _billing_mark_sources(self, converter, groups, moves):
        """Let the sources show the moves that bill them."""
        common = {"billing_state": "billed", **converter._source_vals(self)}
        update_rows(
            # sudo: billing marks the source, its user need not be allowed to edit
            self.env[converter._source_model]
            .sudo()
            .union(*(sources for _line, sources in groups)),
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
