from itertools import groupby

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import float_compare

CHUNK_SOURCES = 500
CHUNK_MOVES = 100


class AccountBillingRunMixin(models.AbstractModel):
    """A run that previews and creates draft moves, and never bills a source twice."""

    _name = "account.billing.run.mixin"
    _description = "Billing Run"
    _inherit = ["exchange.run.mixin"]

    _exchange_sequence_code = "account.billing.run"
    _exchange_background_from = 5000

    journal_id = fields.Many2one("account.journal", check_company=True)
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="To")
    invoice_date = fields.Date(
        string="Document Date",
        default=fields.Date.context_today,
        help="Date of the invoices or bills, and of their journal entries.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many(
        "account.billing.run.line", "run_id", readonly=True, copy=False
    )
    move_ids = fields.One2many(
        "account.move", "billing_run_id", readonly=True, copy=False
    )
    move_count = fields.Integer(compute="_compute_move_count")
    amount = fields.Monetary(string="Untaxed Amount", compute="_compute_amount")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for run in self:
            if run.date_from and run.date_to and run.date_from > run.date_to:
                raise ValidationError(
                    self.env._("The period must begin before it ends.")
                )

    def _compute_move_count(self):
        groups = self.env["account.move"]._read_group(
            [("billing_run_model", "=", self._name), ("billing_run_id", "in", self.ids)],
            ["billing_run_id"],
            ["__count"],
        )
        counts = dict(groups)
        for run in self:
            run.move_count = counts.get(run.id, 0)

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for run in self:
            run.amount = sum(run.line_ids.mapped("amount"))

    # === HOOKS ===

    def _billing_converters(self):
        """Return the names of the converters this run uses, in order."""
        return []

    def _billing_move_vals(self, converter):
        """Return the values every move of this run has."""
        move_type = self.env[converter]._move_type
        return {
            "move_type": move_type,
            "company_id": self.company_id.id,
            "journal_id": self._billing_journal(move_type).id,
            "invoice_date": self.invoice_date,
            "date": self.invoice_date,
            "billing_run_model": self._name,
            "billing_run_id": self.id,
        }

    def _billing_journal(self, move_type):
        if self.journal_id:
            return self.journal_id
        kind = "purchase" if move_type.startswith("in_") else "sale"
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", kind),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for these documents. "
                    "Choose one on the run, or create it.",
                    company=self.company_id.display_name,
                )
            )
        return journal

    # === PLAN ===

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
            lines |= self._billing_preview(self.env[name])
        return list(self._billing_chunks(lines))

    def _billing_preview(self, converter):
        """Create the preview lines of one converter.

        :return: `account.billing.run.line` records, with the amounts of the moves
        """
        sources = self.env[converter._source_model].search(
            Domain(converter._sources_domain(self))
        )
        sources = self._billing_leave_out(converter, sources)
        groups = sources.grouped(converter._group_key)
        # sudo: see _billing_stale_lines
        lines = self.env["account.billing.run.line"].sudo().create(
            [
                self._prepare_run_line_vals(converter, key, group)
                for key, group in groups.items()
            ]
        )
        self._count(converter._source_model, "to_bill", len(sources))
        return lines

    def _billing_leave_out(self, converter, sources):
        """Drop the sources that are excluded or billed already; say so for each."""
        reasons = converter._exclusions(self, sources)
        billed = self._billing_billed_ids(converter, sources)
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
        if reasons:
            self._count(converter._source_model, "skip", len(reasons))
        return sources.filtered(lambda s: s.id not in reasons and s.id not in billed)

    def _billing_billed_ids(self, converter, sources):
        """Return the ids of those sources that this converter has billed."""
        # sudo: a source is billed even if the user may not see the bill
        links = self.env["account.billing.link"].sudo().search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("converter", "=", converter._name),
                ("res_model", "=", sources._name),
                ("res_id", "in", sources.ids),
                ("state", "=", "active"),
            ],
            ["res_id", "discriminator"],
        )
        by_id = {source.id: source for source in sources}
        return {
            link.res_id
            for link in links
            if (link.discriminator or "")
            == converter._discriminator(self, by_id[link.res_id])
        }

    def _prepare_run_line_vals(self, converter, key, sources):
        move_vals = converter._prepare_move_vals(self, key, sources)
        return {
            "run_model": self._name,
            "run_id": self.id,
            "company_id": self.company_id.id,
            "converter": converter._name,
            "group_key": list(key),
            "source_ids": sources.ids,
            "source_count": len(sources),
            "label": converter._group_label(self, key, sources),
            "partner_id": move_vals.get("partner_id"),
            "currency_id": move_vals.get("currency_id") or self.currency_id.id,
            "amount": self._billing_amount(
                move_vals, converter._prepare_lines(self, key, sources)
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

    def _billing_chunks(self, lines):
        """Cut the lines into chunks of a bounded number of sources and moves."""
        chunk, units = [], 0
        for line in lines:
            if chunk and (
                units + line.source_count > CHUNK_SOURCES or len(chunk) >= CHUNK_MOVES
            ):
                yield {"line_ids": chunk, "units": units}
                chunk, units = [], 0
            chunk.append(line.id)
            units += line.source_count
        if chunk:
            yield {"line_ids": chunk, "units": units}

    # === EXECUTE ===

    def _execute(self, payload):
        # sudo: see _billing_stale_lines
        lines = self.env["account.billing.run.line"].sudo().browse(payload["line_ids"])
        for converter, group in groupby(lines, lambda line: line.converter):
            batch = lines.browse([line.id for line in group])
            self._billing_generate(self.env[converter], batch)

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
                "error", str(error), code="not_billed", value=lines.label, record=lines.partner_id
            )
            self._count(converter._source_model, "failed", lines.source_count)

    def _billing_create_moves(self, converter, lines):
        groups = self._billing_lock_groups(converter, lines)
        if not groups:
            return
        moves = self.env["account.move"]._billing_create(
            [
                self._billing_full_move_vals(converter, line, sources)
                for line, sources in groups
            ]
        )
        self._billing_link(converter, groups, moves)
        for (line, sources), move in zip(groups, moves, strict=True):
            self._billing_check_total(line, move)
            line.write({"move_id": move.id, "error": False})
            converter._after_create(self, move, line._key(), sources)
        billed = sum(len(sources) for _line, sources in groups)
        self._count(converter._source_model, "billed", billed)
        self._count("account.move", "create", len(moves))

    def _billing_lock_groups(self, converter, lines):
        """Lock the sources and drop those that were billed since the preview.

        :return: list of (line, sources still to bill)
        """
        model = self.env[converter._source_model]
        ids = sorted({source_id for line in lines for source_id in line._sources().ids})
        # A run of another kind may want the same sources: who comes second waits, and
        # then starts over on fresh data (serialization error, the chunk is repeated).
        self.env.cr.execute(
            f'SELECT id FROM "{model._table}" WHERE id = ANY(%s) ORDER BY id FOR UPDATE',  # noqa: S608  # pylint: disable=sql-injection
            [ids],
        )
        alive = {row[0] for row in self.env.cr.fetchall()}
        sources = model.browse(ids).filtered(lambda s: s.id in alive)
        gone = self._billing_billed_ids(converter, sources) | (set(ids) - alive)
        gone |= set(converter._exclusions(self, sources))
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

    def _billing_full_move_vals(self, converter, line, sources):
        key = line._key()
        lines = converter._prepare_lines(self, key, sources)
        return {
            **self._billing_move_vals(converter._name),
            **converter._prepare_move_vals(self, key, sources),
            "invoice_line_ids": [
                Command.create({"tax_ids": [Command.clear()], **vals}) for vals in lines
            ],
        }

    def _billing_link(self, converter, groups, moves):
        """Write who bills what: the unique index refuses a second bill."""
        # sudo: links are written by runs only, nobody may edit them
        Link = self.env["account.billing.link"].sudo()
        Link.create(
            [
                {
                    "company_id": self.company_id.id,
                    "converter": converter._name,
                    "res_model": sources._name,
                    "res_id": source.id,
                    "discriminator": converter._discriminator(self, source),
                    "move_id": move.id,
                    "currency_id": move.currency_id.id,
                    "amount": converter._source_amount(source),
                }
                for (_line, sources), move in zip(groups, moves, strict=True)
                for source in sources
            ]
        )
        if converter._marks_source:
            for (_line, sources), move in zip(groups, moves, strict=True):
                # sudo: billing marks the source, its user need not be allowed to edit
                sources.sudo().billing_move_id = move

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

    def _counter_labels(self):
        return {
            **super()._counter_labels(),
            "to_bill": self.env._("To Bill"),
            "billed": self.env._("Billed"),
            "account.move": self.env._("Documents"),
        }

    # === AFTERWARDS ===

    def action_new_preview(self):
        """Look again for what is to bill; what this run has billed stays."""
        for run in self:
            run._check_state(("planned", "partial", "done", "failed", "cancelled"))
            run.state = "draft"
        return self.action_plan()

    def action_undo(self):
        """Delete the draft moves of this run, so that their sources can be billed again.

        :raises UserError: a move is posted
        """
        for run in self:
            run._check_state(("partial", "done", "failed", "cancelled"))
            if any(move.state == "posted" for move in run.move_ids):
                raise UserError(
                    self.env._(
                        "Some documents of %(name)s are posted. Cancel or reverse them "
                        "one by one.",
                        name=run.display_name,
                    )
                )
            run.move_ids.filtered(lambda m: m.state == "draft").unlink()
            run.write({"state": "cancelled"})
        return True

    def action_view_moves(self):
        """Open the invoices or bills of this run.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents of %(name)s", name=self.name),
            "res_model": "account.move",
            "view_mode": "list,form,pivot,graph",
            "domain": [
                ("billing_run_model", "=", self._name),
                ("billing_run_id", "=", self.id),
            ],
            "context": {"create": False},
        }
