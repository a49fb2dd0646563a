from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.exchange_run.models.exchange_run_mixin import STATES

from ..core import const
from ..core.client import Client, Settings
from ..core.exceptions import ExchangeError
from ..core.transport import TRANSPORTS

#: what logs in at the address it was entered for
CREDENTIALS = ("login", "password", "token")


class OpenimisConnection(models.Model):
    """One openIMIS: where it is, how to log in, what to pull and how often."""

    _name = "openimis.connection"
    _description = "openIMIS Connection"
    _inherit = [
        "openimis.address.mixin",
        "mail.activity.mixin",
        "exchange.engine.mixin",
    ]
    _check_company_auto = True
    _order = "name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        default=lambda self: self.env.user,
        help="Scheduled pulls run with the rights of this person, who is told what "
        "needs attention.",
    )
    url = fields.Char(
        help="Root of the site, without /api, e.g. https://imis.example.org"
    )
    login = fields.Char(groups="base.group_system", copy=False)
    password = fields.Char(groups="base.group_system", copy=False)
    token = fields.Char(
        groups="base.group_system",
        copy=False,
        help="A ready-made token, instead of login and password.",
    )
    transport = fields.Selection(
        [
            ("mixed", "Best for Each Kind"),
            ("graphql", "GraphQL Only"),
            ("fhir", "FHIR R4 Only"),
        ],
        default="mixed",
        required=True,
        tracking=True,
        help="Best for each kind: by GraphQL, which tells more and has fewer faults; "
        "by FHIR where the account has no right to it. By FHIR alone payers, officers, "
        "payment plans and batch runs are not told, nor some prices, reviews and dates "
        "of claims.",
    )
    login_refused = fields.Datetime(
        readonly=True,
        copy=False,
        engine=True,
        help="Since then openIMIS refuses the account. Scheduled pulls wait, because "
        "openIMIS locks an account after five refusals, until login, password or token "
        "are changed or the connection is tested.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        string="Meaning of the Currency Sign",
        default=lambda self: self.env.company.currency_id,
        help="openIMIS writes «$» for its currency whatever it is: this is what it "
        "stands for.",
    )
    timeout = fields.Integer("Time Limit (Seconds)", default=30)
    retries = fields.Integer("Further Attempts", default=4)
    rate = fields.Integer(
        "Requests per Minute",
        default=600,
        help="Protects the server. Of GraphQL never more than 140 are sent, because "
        "openIMIS refuses more than 150.",
    )
    page_size = fields.Integer("Records per Page", default=200)
    overlap_minutes = fields.Integer(
        "Overlap (Minutes)",
        default=10,
        help="Each pull also asks for changes from shortly before the last one, "
        "because clocks differ and records may be stored late.",
    )
    full_days = fields.Integer(
        "Everything Again Every (Days)",
        default=7,
        help="openIMIS does not date every change, such as a price corrected after "
        "valuation. So from time to time a pull asks for everything.",
    )
    date_full = fields.Datetime(
        "Last Asked for Everything", readonly=True, copy=False, engine=True
    )
    kind_ids = fields.One2many(
        "openimis.connection.kind", "connection_id", "What to Pull", copy=True
    )
    pull_interval = fields.Integer(
        "Pull Every (Minutes)", default=0, help="0: only by hand."
    )
    next_pull = fields.Datetime(copy=False)
    pull_ids = fields.One2many("openimis.pull", "connection_id", "Pulls")
    last_pull_id = fields.Many2one("openimis.pull", compute="_compute_last_pull")
    last_pull_state = fields.Selection(STATES, compute="_compute_last_pull")
    last_pull_date = fields.Datetime(compute="_compute_last_pull")
    pull_count = fields.Integer(compute="_compute_last_pull")
    proposal_count = fields.Integer(compute="_compute_proposal_count")
    write_back = fields.Boolean(
        "Report Payments",
        tracking=True,
        help="Tell openIMIS when one of its bills has been paid here.",
    )
    notice_bounds = fields.Json(
        readonly=True,
        copy=False,
        engine=True,
        help="Questions after notices that openIMIS may still answer from its cache.",
    )

    _rate_positive = models.Constraint(
        "CHECK (rate > 0 AND timeout > 0 AND retries >= 0 AND retries <= 10)",
        "Time limit and requests per minute must be positive, attempts at most 10.",
    )
    _full_days_positive = models.Constraint(
        "CHECK (full_days > 0)",
        "Everything must be asked for at least from time to time: enter a number of "
        "days above zero.",
    )
    _page_size_range = models.Constraint(
        "CHECK (page_size BETWEEN 1 AND 500)",
        "Records per page must be between 1 and 500.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Create connections with a row for each kind of record to pull.

        :raises AccessError: somebody else is to answer for it; see `write`
        """
        for vals in vals_list:
            self._check_responsible(vals)
        connections = super().create(vals_list)
        connections._add_missing_kinds()
        return connections

    def write(self, vals):
        """Another account or address: what was refused is tried again.

        The account was entered for one server. Whoever is not an administrator may lead
        the connection elsewhere, but does not take the account along.

        :raises AccessError: somebody else is to answer for it, whose rights pulls get
        """
        self._check_responsible(vals)
        moved = self.filtered(lambda connection: connection._leads_elsewhere(vals))
        result = super().write(vals)
        if moved and not (self.env.su or self.env.user.has_group("base.group_system")):
            # sudo: the credentials are for administrators' eyes only; here they go
            moved.sudo().write(dict.fromkeys(CREDENTIALS, False))
        if {"login", "password", "token", "url"} & vals.keys():
            # sudo: the state of the account is the engine's to note
            self.sudo().login_refused = False
        return result

    def _leads_elsewhere(self, vals):
        return any(
            name in vals and (vals[name] or False) != self[name]
            for name in ("url", "internal")
        )

    def _check_responsible(self, vals):
        """Scheduled pulls run with the rights of the responsible: nobody lends them."""
        user = vals.get("user_id")
        if not user or user == self.env.uid or self.env.su:
            return
        if all(connection.user_id.id == user for connection in self) and self:
            return
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "Scheduled pulls run with the rights of the responsible person. "
                    "Make yourself responsible, or ask an administrator."
                )
            )

    def _add_missing_kinds(self):
        """Offer every kind there is, some only on demand.

        Persons and families are personal data. openIMIS rounds relative indexes to four
        decimals, so that most are worse than what a closing computes.
        """
        self.env["openimis.connection.kind"].create(
            [
                {
                    "connection_id": connection.id,
                    "kind": kind,
                    "sequence": sequence,
                    "enabled": kind not in const.ON_DEMAND,
                }
                for connection in self
                for sequence, kind in enumerate(const.KINDS)
                if kind not in connection.kind_ids.mapped("kind")
            ]
        )

    def _compute_last_pull(self):
        groups = self.env["openimis.pull"]._read_group(
            [("connection_id", "in", self.ids)],
            ["connection_id"],
            ["id:max", "__count"],
        )
        found = {connection.id: (last, count) for connection, last, count in groups}
        for connection in self:
            last, count = found.get(connection.id, (False, 0))
            pull = self.env["openimis.pull"].browse(last or [])
            connection.last_pull_id = pull
            connection.last_pull_state = pull.state
            connection.last_pull_date = pull.date_start
            connection.pull_count = count

    def _compute_proposal_count(self):
        groups = self.env["openimis.bill.proposal"]._read_group(
            [("connection_id", "in", self.ids), ("state", "=", "proposed")],
            ["connection_id"],
            ["__count"],
        )
        counts = {connection.id: count for connection, count in groups}
        for connection in self:
            connection.proposal_count = counts.get(connection.id, 0)

    # === BUTTONS ===

    def action_test(self):
        """Log in and ask for every kind that is pulled; says what works and how.

        :return: a notification; each kind keeps its own result
        :raises UserError: why nothing worked, and what to do
        """
        self.ensure_one()
        self._add_missing_kinds()
        try:
            # sudo: the state of the account is the engine's to note
            self.sudo().login_refused = False
            transport = self._transport(self._client(retries=1))
            lines = self.kind_ids.filtered("enabled")
            good = lines.filtered(lambda line: line._test(transport))
        except ExchangeError as error:
            raise UserError(self._explain(error)) from None
        bad = lines - good
        message = self.env._(
            "%(good)s of %(all)s kinds of records can be read.",
            good=len(good),
            all=len(lines),
        )
        results = [
            self.env._(
                "%(kind)s: %(detail)s", kind=line._label(), detail=line.test_result
            )
            for line in (bad or good)
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if bad else "success",
                "title": self.env._("openIMIS answers"),
                "message": " ".join([message, "; ".join(results)]),
                "sticky": bool(bad),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_pull(self):
        """Pull now what has changed, and show the job.

        :return: a window action
        """
        self.ensure_one()
        pull = self.env["openimis.pull"].create(
            {"connection_id": self.id, "company_id": self.company_id.id}
        )
        pull.action_run()
        return pull.get_formview_action()

    def action_report_payments(self):
        """Tell openIMIS now of bills that are paid, and show what it was told.

        :return: a window action
        :raises AccessError: for who does not work with the exchange
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: reports are the program's own; `_check_may_decide` says who may ask
        Report = self.env["openimis.payment.report"]
        Report._check_may_decide()
        Report.sudo()._queue_paid(self)
        Report._wake_up()
        return self._action_of("openimis_fhir.openimis_payment_report_action")

    def action_view_pulls(self):
        """Open the pulls of this connection."""
        self.check_access("read")
        return self._action_of("openimis_fhir.openimis_pull_action")

    def action_view_proposals(self):
        """Open what the accountant has to decide."""
        self.check_access("read")
        return self._action_of("openimis_fhir.openimis_bill_proposal_action")

    def _action_of(self, xml_id):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = [("connection_id", "=", self.id)]
        action["context"] = {"default_connection_id": self.id}
        return action

    # === CRON ===

    @api.model
    def _cron_pull(self):
        """Start the pulls that are due; the work itself is the job's."""
        for connection in self._due_for_pull():
            connection._pull_on_schedule()
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _due_for_pull(self):
        """Connections whose time has come, but for those that refuse their account."""
        return self.search(
            [
                ("pull_interval", ">", 0),
                ("next_pull", "<=", fields.Datetime.now()),
                ("login_refused", "=", False),
            ]
        )

    def _pull_on_schedule(self):
        self.ensure_one()
        running = [("connection_id", "=", self.id), ("state", "=", "running")]
        if self.env["openimis.pull"].search_count(running, limit=1):
            return  # the one before is still at work and will be resumed
        pull = self.env["openimis.pull"].create(
            {
                "connection_id": self.id,
                "company_id": self.company_id.id,
                "user_id": self.user_id.id,
            }
        )
        if pull.with_company(self.company_id)._queue():
            now = fields.Datetime.now()
            self.next_pull = now + timedelta(minutes=self.pull_interval)
        else:
            pull.unlink()  # another connection of the company is being pulled: later

    def _note_refusal(self):
        """openIMIS refuses the account: stop asking, and tell who is responsible."""
        self.ensure_one()
        if self.login_refused:
            return
        # sudo: the state of the account is the engine's to note
        self.sudo().login_refused = fields.Datetime.now()
        self.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.user_id.id,
            summary=self.env._("openIMIS refuses the account of %s", self.name),
            note=self._explain_code("authentication"),
        )

    def _is_full_due(self):
        """Whether the next pull asks for everything, not only for what changed."""
        due = fields.Datetime.now() - timedelta(days=self.full_days)
        return not self.date_full or self.date_full <= due

    @api.onchange("pull_interval")
    def _onchange_pull_interval(self):
        if self.pull_interval and not self.next_pull:
            self.next_pull = fields.Datetime.now()

    # === TALKING ===

    def _client(self, **options):
        """Return a client with this connection's credentials.

        :param options: overrides of `core.client.Settings`
        :rtype: core.client.Client
        :raises ExchangeError: when the address may not be called
        """
        self.ensure_one()
        # sudo: the credentials are for administrators' eyes only, but everybody who
        # may pull uses them; they do not leave this method
        secret = self.sudo()
        return Client(
            Settings(
                **{
                    "url": self.url,
                    "login": secret.login or "",
                    "password": secret.password or "",
                    "token": secret.token or "",
                    "internal": self.internal,
                    "timeout": self.timeout,
                    "retries": self.retries,
                    "rate": self.rate,
                    **options,
                }
            )
        )

    def _kinds(self):
        """Return the kinds that are pulled, as a set."""
        return set(self.kind_ids.filtered("enabled").mapped("kind"))

    def _transport(self, client=None):
        """Return the transport chosen, over `client` or a new one."""
        self.ensure_one()
        options = {}
        if self.transport == "mixed":
            lines = self.kind_ids.filtered("way")
            options["ways"] = {line.kind: line.way for line in lines}
        return TRANSPORTS[self.transport](
            client or self._client(), self._currencies(), **options
        )

    def _currencies(self):
        """Return {what openIMIS writes: ISO code}."""
        return {"$": self.currency_id.name} if self.currency_id else {}
