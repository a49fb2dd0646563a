import json

from odoo import api, fields, models

from odoo.addons.exchange_run.core.text import file_safe

from ..core import analysis, report
from ..core.operation import ENTITIES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Of each kind of message, so many are printed.
PRINTED = 25
LEVELS = {
    "fatal": "error",
    "blocked": "error",
    "error": "error",
    "warning": "warning",
    "info": "info",
}

ACTION_ORDER = (
    "read",
    "used",
    "created",
    "updated",
    "attached",
    "unchanged",
    "skipped",
    "deleted",
    "identical",
    "ignored",
    "held",
    "error",
)


class KibeImportPreview(models.AbstractModel):
    """What the operator sees before and after (specification section 5.2)."""

    _name = "kibe.import.preview"
    _description = "What a Kibé Import Shows"

    # Rendered here, from escaped values: sanitizing would take the links away.
    preview_html = fields.Html(
        string="Preview", compute="_compute_preview_html", sanitize=False
    )

    @api.depends("counters", "counters_overwrite", "details")
    @api.depends_context("lang")
    def _compute_preview_html(self):
        for run in self:
            run.preview_html = run._render_preview(links=True)

    def _render_preview(self, links):
        """Return the preview, with links behind its numbers or, on paper, without.

        :rtype: markupsafe.Markup
        """
        values = {**self._preview_values(), "links": links, "json": json}
        return self.env["ir.qweb"]._render("kibe_import.preview", values)

    def _preview_values(self):
        """Return what the preview and the printed summary show.

        :return: dict with `grids` (title, actions, rows), `files`, `ignored_codes`,
            `losing` and `totals`
        """
        self.ensure_one()
        operations = dict(self._fields["operation"]._description_selection(self.env))
        both = [("create", self.counters), ("overwrite", self.counters_overwrite)]
        shown = both if self.operation == "test" else [(self.operation, self.counters)]
        details = self.details or {}
        return {
            "run": self,
            "grids": [
                {
                    "operation": name,
                    "title": operations[name],
                    **self._grid(self._with_rows(counters)),
                }
                for name, counters in shown
                if counters
            ],
            "files": details.get("files", []),
            "ignored_codes": details.get("ignored_codes", []),
            "losing": details.get("losing", []),
            "totals": details.get("totals", {}),
        }

    def _with_rows(self, counters):
        """Return the counters with the rows of the files as a first line."""
        return {"rows": (self.details or {}).get("rows", {}), **counters}

    def _grid(self, counters):
        """Return the counters as a table, columns in the order of work.

        :return: dict with `actions`, a list of (key, label), and `rows`, a list of
            (key, label, {action: number})
        """
        labels = self._counter_labels()
        # a column of nothing would push the last ones out of sight
        used = {a for row in counters.values() for a, number in row.items() if number}
        actions = [action for action in ACTION_ORDER if action in used]
        return {
            "actions": [(action, labels[action]) for action in actions],
            "rows": [
                (entity, labels[entity], counters[entity])
                for entity in ("rows", *ENTITIES)
                if entity in counters
            ],
        }

    def _counter_labels(self):
        return {
            **super()._counter_labels(),
            "rows": self.env._("Rows of the Files"),
            "guardian": self.env._("Guardians"),
            "child": self.env._("Children"),
            "link": self.env._("Links"),
            "income": self.env._("Incomes"),
            "billing_data": self.env._("Billing Data"),
            "sector": self.env._("Placements"),
            "sector_line": self.env._("Weekly Presences"),
            "read": self.env._("Read"),
            "used": self.env._("Used"),
            "created": self.env._("Created"),
            "updated": self.env._("Updated"),
            "attached": self.env._("Attached"),
            "unchanged": self.env._("Unchanged"),
            "skipped": self.env._("Left as They Are"),
            "deleted": self.env._("Deleted"),
            "identical": self.env._("Of Which Identical"),
            "ignored": self.env._("Ignored"),
            "held": self.env._("Held Back"),
            "error": self.env._("In Error"),
        }

    def _counters_table(self):
        grid = self._grid(self.counters or {})
        return {**grid, "rows": [row[1:] for row in grid["rows"]]}

    def _summary_findings(self):
        """Return the messages as the printed summary shows them, worst first.

        :return: list of dicts: `title`, `count`, the first `messages` and how many
            `more` there are
        """
        messages, domain = self._own_messages()
        counts = messages._read_group(domain, ["kibe_heading"], ["__count"])
        # of a hundred thousand messages, only those printed are loaded
        return [
            {
                "title": (title or "").partition(" · ")[2],
                "count": count,
                "messages": messages.search(
                    [*domain, ("kibe_heading", "=", title)], limit=PRINTED
                ),
                "more": max(0, count - PRINTED),
            }
            for title, count in sorted(counts, key=lambda group: group[0] or "")
        ]

    def _own_messages(self):
        """Return the model of the messages, and the domain of those of this import."""
        # sudo: as `exchange_message_ids`, for imports the user may read
        return self.env["exchange.message"].sudo(), self._own_rows()

    def action_download_report(self):
        """Download the delivered rows with their messages, to correct and send back.

        :return: a URL action
        """
        self.ensure_one()
        self._check_archive()
        raw, extra = self._raw_files()
        # sudo: the editable lists only serve to read the cells again
        reference = self.sudo()._load_reference()
        found = analysis.read(
            raw, self.archive_name or "", reference, extra, keep_cells=True
        )
        language = self._message_language()
        messages, domain = self._own_messages()
        placed = [*domain, ("file", "!=", False), ("row", ">", 0)]
        names = ["file", "row", "severity", "code", "text"]
        findings = (
            (m["file"], m["row"], LEVELS[m["severity"]], m["code"], m["text"])
            for m in messages.search_read(placed, names)
        )
        held = (
            (file, row)
            for file, spans in ((self.details or {}).get("held") or {}).items()
            for first, last in spans
            for row in range(first, last + 1)
        )
        name = f"{file_safe(self.name)}.xlsx"
        self.attachment_ids.filtered(lambda a: a.name == name).unlink()
        attachment = self._attach(
            name, report.build(found.tables, findings, language, held), XLSX
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }
