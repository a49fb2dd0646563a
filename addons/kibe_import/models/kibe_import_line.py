from markupsafe import Markup, escape

from odoo import api, fields, models

from ..core.operation import Action

ENTITIES = [
    ("guardian", "Guardian"),
    ("child", "Child"),
    ("link", "Link"),
    ("income", "Income"),
    ("billing_data", "Billing Data"),
    ("sector", "Placement"),
]
ACTIONS = [
    (Action.CREATED, "New"),
    (Action.UPDATED, "Changed"),
    (Action.ATTACHED, "Attached to a File"),
    (Action.UNCHANGED, "As It Was"),
    (Action.SKIPPED, "Left as it is"),
    (Action.DELETED, "Removed"),
    (Action.IDENTICAL, "Rebuilt Identically"),
    (Action.ERROR, "In Error"),
]
ACTIONS = [(str(key), label) for key, label in ACTIONS]
MODELS = {
    "guardian": "daycare.guardian",
    "child": "daycare.child",
    "link": "daycare.child.guardian",
    "income": "daycare.income",
    "billing_data": "daycare.billing.data",
    "sector": "daycare.sector",
}
# Names of the plan that stand for fields.
HIDDEN_NAMES = {"debtor": "debtor_id", "lines": "line_ids"}
#: A clerk reads «NPA» and «Localité» of guardians, too; Odoo calls it otherwise.
ADDRESS_NAMES = ("street", "street2", "zip", "city", "country_id")
# What only the undo needs, and who the record itself names.
TECHNICAL = {"line_vals", "attach", "kibe_id", "child", "guardian", "ref"}


class KibeImportLine(models.Model):
    """What an import does to one record: the before/after view, and the undo log.

    Lines are written by the import only. They hold personal data and go with the
    files of the import.
    """

    _name = "kibe.import.line"
    _description = "Kibé Import Line"
    _inherit = ["exchange.journal.mixin"]
    _journal_names = ("before", "after", "changes_html")
    _order = "import_id, sequence"
    _rec_name = "label"

    import_id = fields.Many2one(
        "kibe.import", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    entity = fields.Selection(ENTITIES, readonly=True)
    action = fields.Selection(ACTIONS, readonly=True, help="Operation «Generate».")
    action_overwrite = fields.Selection(
        ACTIONS,
        string="With Overwrite",
        readonly=True,
        help="Operation «Generate and Overwrite».",
    )
    key = fields.Char(readonly=True)
    label = fields.Char(string="Record", readonly=True)
    file = fields.Char(readonly=True)
    row = fields.Integer(readonly=True, aggregator=None)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", readonly=True
    )
    before = fields.Json(readonly=True, groups="daycare.group_daycare_billing")
    after = fields.Json(readonly=True, groups="daycare.group_daycare_billing")
    changes_html = fields.Html(string="Before → After", compute="_compute_changes_html")
    can_open = fields.Boolean(
        compute="_compute_can_open",
        help="The record is there, and the user may read it.",
    )

    _import_idx = models.UniqueIndex("(import_id, sequence)")

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_can_open(self):
        self.can_open = False
        for model, lines in self.filtered("res_id").grouped("res_model").items():
            if self.env[model].has_access("read"):
                # by the rules, too: a search gives only what may be read
                found = self.env[model].with_context(active_test=False)
                ids = set(found.search([("id", "in", lines.mapped("res_id"))])._ids)
                for line in lines:
                    line.can_open = line.res_id in ids

    @api.depends("entity", "before", "after")
    @api.depends_context("uid", "lang")
    def _compute_changes_html(self):
        sees_money = self.env.user.has_group("daycare.group_daycare_billing")
        for line in self:
            if line.entity == "income" and not sees_money:
                line.changes_html = Markup("<span>•••</span>")
            else:
                # sudo: every entity but incomes is shown to whoever may import
                line.changes_html = line.sudo()._changes_html()

    def _changes_html(self):
        before, after = self.before or {}, self.after or {}
        model = self.env[MODELS[self.entity]]
        known = [*model._fields, *HIDDEN_NAMES]
        names = sorted({*before, *after} - TECHNICAL, key=known.index)
        rows = [self._change_html(n, before, after) for n in names if n != "lines"]
        week = Markup()
        if "lines" in names:
            week = self._week_html(after.get("lines") or before["lines"], not after)
        # a new record is read as one text, changes are compared line by line; both
        # wrap, so that nothing of them is cut
        return Markup("<div class='text-wrap text-break'>%s%s</div>") % (
            Markup("<br/>" if before else " · ").join(rows),
            week,
        )

    def _change_html(self, name, before, after):
        old, new = self._shown(name, before), self._shown(name, after)
        label = self.env._("%(label)s:", label=self._field_label(name))
        shown = Markup("<b>%s</b> ") % label
        if old:
            shown += Markup("<s class='text-muted'>%s</s> → ") % old
        return shown + escape(new or "–")

    def _week_html(self, presences, gone):
        """Return the presences of a placement as a week, struck out when it goes.

        :param list presences: texts such as `mon: 1, 2, 3`
        """
        field = self.env["daycare.sector.line"]._fields["weekday"]
        days = dict(field._description_selection(self.env))
        week = {}
        for presence in presences or []:
            day, _colon, text = presence.partition(": ")
            week.setdefault(day, []).append(text)
        cell = Markup(
            "<td><s class='text-muted'>%s</s></td>" if gone else "<td>%s</td>"
        )
        shown = [day for day in days if day in week]
        return Markup(
            "<table class='table table-sm table-bordered w-auto mb-0'>"
            "<tr>%s</tr><tr>%s</tr></table>"
        ) % (
            Markup().join(Markup("<th>%s</th>") % days[day][:2] for day in shown),
            Markup().join(cell % " + ".join(week[day]) for day in shown),
        )

    def _field_label(self, name):
        model = "daycare.child" if name in ADDRESS_NAMES else MODELS[self.entity]
        field = self.env[model]._fields[HIDDEN_NAMES.get(name, name)]
        return field._description_string(self.env)

    def _shown(self, name, values):
        """Return a stored JSON value as a clerk reads it."""
        value = values.get(name)
        field = self.env[MODELS[self.entity]]._fields.get(name)
        if value in (None, False, ""):
            return self.env._("No") if value is False and field else ""
        if value is True:
            return self.env._("Yes")
        if field and field.type == "many2one":
            # sudo: names of list entries only
            return self.env[field.comodel_name].sudo().browse(value).display_name
        if field and field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field and field.type == "date":
            return fields.Date.to_date(value).strftime("%d.%m.%Y")
        return self._debtor_name(value) if name == "debtor" else str(value)

    def _debtor_name(self, key):
        """Return the name of a guardian whom the plan names by key."""
        known = self.search(
            [
                ("import_id", "=", self.import_id.id),
                ("entity", "=", "guardian"),
                ("key", "=", key),
            ],
            limit=1,
        )
        if known:
            return f"{known.label} ({key})"
        # sudo: the name of a guardian, whom every clerk sees
        guardians = self.env["daycare.guardian"].sudo()
        if key.startswith("#"):
            return guardians.browse(int(key[1:])).exists().name or key
        stored = guardians._by_kibe_id([key], self.import_id.company_id).get(key)
        return f"{stored.name} ({key})" if stored else key

    def action_open_record(self):
        """Open the record of the line.

        :return: a window action, or False when there is no record to be seen
        """
        self.ensure_one()
        if not self.can_open:
            return False
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
