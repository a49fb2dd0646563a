from odoo import api, fields, models
from odoo.exceptions import UserError

STAGES = [
    ("draft", "Draft"),
    ("computed", "Computed"),
    ("invoiced", "Invoiced"),
    ("posted", "Posted"),
]
POST_BATCH = 100
#: Dates of a run that its drafts take over.
DATES = {"invoice_date", "date_due"}


class DaycareBillingRun(models.Model):
    """The invoices of one month: calculate, look, create, post.

    `stage` is how far the month is; `state` is how far the job is that moves it from
    one stage to the next, one of the three `phase` values.
    """

    _name = "daycare.billing.run"
    _description = "Daycare Billing Run"
    _inherit = ["account.billing.run.mixin"]
    _order = "month DESC, id DESC"

    _exchange_sequence_code = "daycare.billing.run"
    _exchange_background_from = 2000

    month = fields.Date(
        string="Invoice Month",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        tracking=True,
    )
    service_period = fields.Selection(
        [("current", "The Invoice's Month"), ("next", "The Following Month")],
        required=True,
        default=lambda self: self.env.company.daycare_service_period,
        help="The following month is billed in advance («facturation anticipée»).",
    )
    service_month = fields.Date(
        compute="_compute_service_month", store=True, precompute=True, index=True
    )
    date_from = fields.Date(compute="_compute_period", store=True, readonly=True)
    date_to = fields.Date(compute="_compute_period", store=True, readonly=True)
    date_due = fields.Date(
        string="Due Date", help="Empty: after the payment terms of each debtor."
    )
    with_corrections = fields.Boolean(
        string="Correct Former Months",
        default=True,
        help="Compare the months billed before with today's data and bill the "
        "difference («rectification»).",
    )
    stage = fields.Selection(
        STAGES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        engine=True,
    )
    phase = fields.Selection(
        [("compute", "Calculation"), ("invoice", "Invoices"), ("post", "Posting")],
        default="compute",
        required=True,
        readonly=True,
        copy=False,
        engine=True,
    )
    inputs = fields.Char(
        readonly=True,
        copy=False,
        engine=True,
        help="Digest of the records that the calculation was made of.",
    )
    journal_id = fields.Many2one(
        default=lambda self: self.env.company.daycare_journal_id,
        domain="[('type', '=', 'sale')]",
    )
    billing_line_ids = fields.One2many(
        "daycare.billing.line", "run_id", string="Calculated Lines", readonly=True
    )
    billing_line_count = fields.Integer(compute="_compute_totals")
    waiting_count = fields.Integer(
        string="Lines to Invoice", compute="_compute_waiting_count"
    )
    child_count = fields.Integer(compute="_compute_totals")
    total_amount = fields.Monetary(string="Total", compute="_compute_totals")
    setup_open_count = fields.Integer(
        string="Points of the Setup That Are Open", compute="_compute_setup_open_count"
    )

    @api.depends("month", "service_period")
    def _compute_service_month(self):
        for run in self:
            months = 1 if run.service_period == "next" else 0
            first = run.month and run.month.replace(day=1)
            run.service_month = first and fields.Date.add(first, months=months)

    @api.depends("service_month")
    def _compute_period(self):
        for run in self:
            run.date_from = run.service_month
            run.date_to = run.service_month and fields.Date.end_of(
                run.service_month, "month"
            )

    # Not on the month, which is set before there is a name: it would make the form
    # ask the server for each month that is tried.
    @api.depends("name")
    def _compute_display_name(self):
        for run in self:
            month = run.service_month and f" {run.service_month:%m.%Y}"
            run.display_name = f"{run.name or ''}{month or ''}"

    def _compute_totals(self):
        groups = self.env["daycare.billing.line"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id"],
            ["__count", "child_id:count_distinct", "amount:sum"],
        )
        totals = {run: values for run, *values in groups}
        for run in self:
            lines, children, amount = totals.get(run, (0, 0, 0.0))
            run.billing_line_count = lines
            run.child_count = children
            run.total_amount = amount

    def _compute_waiting_count(self):
        groups = self.env["daycare.billing.line"]._read_group(
            [("run_id", "in", self.ids), ("billing_state", "=", "to_bill")],
            ["run_id"],
            ["__count"],
        )
        waiting = dict(groups)
        for run in self:
            run.waiting_count = waiting.get(run, 0)

    @api.depends("company_id")
    def _compute_setup_open_count(self):
        check = self.env["daycare.setup.check"]
        for company, runs in self.grouped("company_id").items():
            runs.setup_open_count = len(check._open_points(company)) if company else 0

    def action_open_setup(self):
        """Open the list of what is to be set up.

        :return: a window action
        """
        return self.env["daycare.setup"].with_company(self.company_id).action_open()

    def write(self, vals):
        """Give the drafts the dates that are changed on their run.

        Books that were closed meanwhile ask for a later date; drafts whose date was
        changed by hand keep it.
        """
        dated = self if not DATES.isdisjoint(vals) else self.browse()
        before = {run: (run.invoice_date, run.date_due) for run in dated}
        result = super().write(vals)
        for run, days in before.items():
            if days != (run.invoice_date, run.date_due):
                run._date_drafts(*days)
        return result

    def _date_drafts(self, invoice_date, date_due):
        """Write the run's dates into its drafts, and say whether the books are open."""
        drafts = self.move_ids.filtered(lambda move: move.state == "draft")
        if self.invoice_date:
            drafts.filtered(lambda move: move.invoice_date == invoice_date).write(
                {"invoice_date": self.invoice_date, "date": self.invoice_date}
            )
        if self.date_due != date_due:
            for partner, own in drafts.grouped("partner_id").items():
                own.write(self._payment_vals(partner))
        if self.stage != "draft":
            self._refresh_open_findings()

    def _payment_vals(self, partner):
        """Return when a debtor has to pay, as values of the invoice."""
        if self.date_due:
            return {"invoice_payment_term_id": False, "invoice_date_due": self.date_due}
        term = self.company_id.daycare_payment_term_id
        term = term or partner.with_company(self.company_id).property_payment_term_id
        return {"invoice_payment_term_id": term.id}

    def unlink(self):
        """Delete runs, with what they calculated and did not invoice."""
        self._unlink_except_billed()
        with self._engine_writes():
            self.billing_line_ids.unlink()
        return super().unlink()

    # === STAGES ===

    def action_compute(self):
        """Calculate, or calculate again: drafts are rebuilt, posted invoices stay."""
        for run in self:
            run._begin("compute")
            run._discard_calculation()
        return self.action_run()

    def action_preview_invoices(self):
        """Show the invoices to come, one a debtor, without creating them.

        :return: a client action that says where they are
        """
        self._check_stage("computed", "invoiced", "posted")
        for run in self:
            run._begin("invoice")
        self.action_plan()
        text = self.env._("The invoices to come are on the tab «Invoices».")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_invoice(self):
        """Create the draft invoices."""
        self._check_stage("computed", "invoiced", "posted")
        for run in self:
            run._check_ready()
            run._begin("invoice")
        return self.action_run()

    def action_post(self):
        """Post the draft invoices of the run."""
        self._check_stage("invoiced")
        for run in self:
            run._begin("post")
        return self.action_run()

    def action_discard(self):
        """Delete what was calculated and the draft invoices; posted ones stay."""
        for run in self:
            run._begin("compute")
            run._discard_calculation()
            run._set_stage("draft")
            run._refresh_stage()
        return True

    def action_undo(self):
        """Delete the draft invoices and keep the calculation."""
        result = super().action_undo()
        with self._engine_writes():
            self.billing_line_ids.filtered("settled").settled = False
        self._refresh_stage()
        return result

    def _begin(self, phase):
        """Make the job ready for a phase."""
        self._check_may_run()
        if self.state == "running":
            self._check_state(("draft", "planned"))
        self._set_state("draft", phase=phase)

    def _check_stage(self, *allowed):
        for run in self:
            if run.stage not in allowed:
                stages = dict(self._fields["stage"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "This step does not fit: %(name)s is at the stage «%(stage)s». "
                        "Perhaps somebody else went on with it: load the page again.",
                        name=run.display_name,
                        stage=stages[run.stage],
                    )
                )

    def _discard_calculation(self):
        self.move_ids.filtered(lambda move: move.state == "draft").unlink()
        self._billing_stale_lines().unlink()
        unbilled = self.billing_line_ids.filtered(lambda line: not line.billing_move_id)
        with self._engine_writes():
            unbilled.unlink()

    def _refresh_stage(self):
        """Derive the stage from what there is."""
        found = self.env["account.move"]._read_group(
            [
                ("billing_run_model", "=", self._name),
                ("billing_run_id", "in", self.ids),
                ("state", "!=", "cancel"),
            ],
            ["billing_run_id", "state"],
        )
        for run in self:
            states = {state for run_id, state in found if run_id == run.id}
            if states == {"posted"}:
                stage = "posted"
            elif states:
                stage = "invoiced"
            elif run.billing_line_ids or run.stage == "computed":
                # Nothing to bill is a result, too.
                stage = "computed"
            else:
                stage = "draft"
            if run.stage != stage:
                run._set_stage(stage)

    def _set_stage(self, stage):
        with self._engine_writes():
            self.stage = stage

    # === THE JOB ===

    def _plan(self):
        if self.phase == "compute":
            return self._plan_calculation()
        self._check_still_true()
        if self.phase == "post":
            return self._plan_posting()
        result = super()._plan()
        # once a debtor, not once more for what is left out for the same reason
        self._refresh_open_findings()
        return result

    def _job_kind(self):
        return f"{self._name}/{self.phase}"

    @api.model
    def _job_kind_name(self, kind):
        phases = dict(self._fields["phase"]._description_selection(self.env))
        phase = phases.get(kind.rpartition("/")[2])
        return phase or super()._job_kind_name(kind)

    def _is_shared(self):
        # Posting gives numbers, one after the other.
        return super()._is_shared() and self.phase != "post"

    def _execute(self, payload):
        if self.phase == "compute":
            return self._calculate(payload["child_ids"])
        if self.phase == "post":
            return self._post_moves(payload["move_ids"])
        return super()._execute(payload)

    def _finish(self):
        result = super()._finish()
        if self.phase == "invoice":
            self._settle_zero_totals()
        self._refresh_stage()
        if self.stage == "draft":
            # Nothing to bill is a result too.
            self._set_stage("computed")
        self._refresh_open_findings()
        return result

    def _settle_zero_totals(self):
        """Close the lines of debtors to whom there is nothing to invoice."""
        lines = self._waiting_lines()
        self.env["daycare.billing.converter"]._zero_groups(lines).settled = True

    def _waiting_lines(self):
        """Return the lines that are still to be invoiced."""
        return self.billing_line_ids.filtered(lambda x: x.billing_state == "to_bill")

    def _plan_posting(self):
        drafts = self.move_ids.filtered(lambda move: move.state == "draft").ids
        return [
            {
                "move_ids": drafts[n : n + POST_BATCH],
                "units": len(drafts[n : n + POST_BATCH]),
            }
            for n in range(0, len(drafts), POST_BATCH)
        ]

    def _post_moves(self, move_ids):
        """Post invoices; soft=False, because Odoo would put off those of tomorrow."""
        moves = self.env["account.move"].browse(move_ids).exists()
        drafts = moves.filtered(lambda move: move.state == "draft")
        drafts._post(soft=False)
        self._count("account.move", "posted", len(drafts))

    def _billing_converters(self):
        return ["daycare.billing.converter"]

    def _billing_check_total(self, line, move):
        """Compare without the 5-centime rounding line, which Odoo adds to the lines."""
        rounding = move.line_ids.filtered(lambda item: item.display_type == "rounding")
        if not rounding:
            super()._billing_check_total(line, move)
            return
        total = sum(
            item.price_subtotal
            for item in move.invoice_line_ids
            if item.display_type == "product"
        )
        if move.currency_id.compare_amounts(total, line.amount):
            raise UserError(
                self.env._(
                    "%(label)s: the document adds up to %(actual)s, the preview said "
                    "%(expected)s. Preview again.",
                    label=line.label,
                    actual=total,
                    expected=line.amount,
                )
            )

    def _counter_labels(self):
        return {
            **super()._counter_labels(),
            "daycare.child": self.env._("Children"),
            "daycare.billing.line": self.env._("Calculated Lines"),
            "account.move": self.env._("Invoices"),
            "calculated": self.env._("Calculated"),
            "corrected": self.env._("Corrected"),
            "to_bill": self.env._("To Bill"),
            "billed": self.env._("Billed"),
            "posted": self.env._("Posted"),
        }

    # === VIEWS ===

    def action_view_moves(self):
        """Open the invoices of this run, as Odoo lists customer invoices.

        :return: a window action
        """
        action = super().action_view_moves()
        views = [
            (self.env.ref("account.view_out_invoice_tree").id, "list"),
            (self.env.ref("account.view_move_form").id, "form"),
        ]
        # The list names the customers only when it knows that it shows invoices.
        context = {"create": False, "default_move_type": "out_invoice"}
        return {
            **action,
            "view_mode": "list,form",
            "views": views,
            "context": context,
        }

    def action_view_billing_lines(self):
        """Open the calculated lines, as a pivot or a list.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "daycare_billing.action_daycare_billing_line"
        )
        return {**action, "domain": [("run_id", "=", self.id)], "context": {}}
