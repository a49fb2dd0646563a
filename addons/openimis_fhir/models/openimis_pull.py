from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import const
from ..core.exceptions import (
    AuthenticationFailed,
    ExchangeError,
    ServerFailed,
    ServerUnavailable,
)
from ..core.read_ahead import ReadAhead
from ..core.transport import NOT_THIS_WAY

#: Days for which a claim that is not settled keeps its time in the window.
LOOK_BACK = 92
#: Statuses openIMIS moves on from without a trace (entered, checked, processed).
UNSETTLED = [str(status) for status in (const.ENTERED, const.CHECKED, const.PROCESSED)]
#: Clients of the jobs this process works on: login, rate limit and the knowledge
#: that the server is down outlive a chunk. Nothing else does; losing it costs a login.
_TRANSPORTS = {}
ACTIONS = (
    "found",
    "create",
    "update",
    "unchanged",
    "older",
    "failed",
    "delete",
    "proposal",
)


class OpenimisPull(models.Model):
    """Bring openIMIS' records here: incremental, idempotent, resumable."""

    _name = "openimis.pull"
    _description = "openIMIS Pull"
    _inherit = ["exchange.run.mixin", "exchange.journal.mixin"]
    _journal_names = ("file",)
    _exchange_background_from = 500
    _exchange_sequence_code = "openimis.pull"

    connection_id = fields.Many2one(
        "openimis.connection",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    full = fields.Boolean(
        "Everything Again",
        help="Ask for all records, not only for those changed since the last pull.",
    )
    file = fields.Binary(
        attachment=True,
        copy=False,
        help="A FHIR bundle (JSON) or NDJSON, read instead of the server.",
    )
    file_name = fields.Char(copy=False)
    date_watermark = fields.Datetime(
        "Server Time at Start", readonly=True, copy=False, engine=True
    )

    # === JOB ===

    def _plan(self):
        self._forget_waiting()
        if self.file:
            return self._plan_file()
        return self._plan_server()

    def _plan_server(self):
        """One chunk a page, kinds in the order in which they depend on each other."""
        connection = self.connection_id
        # sudo: connections made by an older version know fewer kinds; what there is to
        # pull is the program's to say, what is pulled the manager's
        connection.sudo()._add_missing_kinds()
        self.full = self.full or connection._is_full_due()
        self._forget_transport()
        transport = self._get_transport()
        payloads = []
        self.date_watermark = False
        try:
            for line in connection.kind_ids.filtered("enabled"):
                payloads += self._plan_or_log(transport, line)
        except ExchangeError as error:
            if isinstance(error, AuthenticationFailed):
                connection._note_refusal()
            self._log("fatal", connection._explain(error), code=error.code)
            return []
        if any(payload["kind"] == "bill" for payload in payloads) or (
            "bill" in connection.kind_ids.filtered("enabled").mapped("kind")
        ):
            payloads.append({"kind": "bill", "task": "missing", "units": 1})
        return payloads

    def _plan_or_log(self, transport, line):
        """Plan a kind; one that cannot be read does not keep the others from it.

        :raises ExchangeError: what concerns every kind, such as a refused password
        """
        if line.kind not in transport.kinds:
            self._log(
                "info",
                self.env._(
                    "FHIR does not tell %(kind)s. Choose «Best for Each Kind» in "
                    "the connection to pull them by GraphQL.",
                    kind=self._kind_label(line.kind),
                ),
                code=f"{line.kind}.not_told",
            )
            return []
        try:
            return self._plan_kind(transport, line)
        except NOT_THIS_WAY as error:
            self._count(line.kind, "failed", 1)
            self._log(
                "error",
                self.env._(
                    "%(kind)s: %(detail)s",
                    kind=self._kind_label(line.kind),
                    detail=self.connection_id._explain(error),
                ),
                code=f"{line.kind}.{error.code}",
            )
            return []

    def _note_way(self, transport, line):
        """Remember by which transport a kind is read; tell if it is not the best."""
        if self.connection_id.transport != "mixed":
            return
        # sudo: which transport works is the job's to find out
        line.sudo().way = transport.ways[line.kind]
        if error := transport.ways_not.get(line.kind):
            self._log(
                "warning",
                self.env._(
                    "%(kind)s are read by FHIR, which tells less: GraphQL does not "
                    "give them. %(detail)s",
                    kind=self._kind_label(line.kind),
                    detail=self.connection_id._explain(error),
                ),
                code=f"{line.kind}.way",
            )

    def _plan_kind(self, transport, line):
        since = None if self.full else self._since(line)
        total = transport.count(line.kind, since)
        if line.unreadable_count:
            self._count(line.kind, "unreadable_before", line.unreadable_count)
        if not self.date_watermark:
            # what changes while the other kinds are planned is asked for next time
            self._note_watermark(transport)
        self._note_way(transport, line)
        if total is None:
            # the list cannot be counted: read page after page until none is left
            self._log(
                "warning",
                self.env._(
                    "openIMIS cannot count its list of %(kind)s; it is read in one go.",
                    kind=self._kind_label(line.kind),
                ),
            )
            return [
                {"kind": line.kind, "task": "rest", "start": 0, "since": _text(since)}
            ]
        self._count(line.kind, "found", total)
        size = self.connection_id.page_size
        pages = self._pages(line.kind, total, size, since)
        if line.kind == "location" and len(pages) > 1:
            # a second pass links those whose parent came on a later page
            pages += [{**page, "units": 0, "last": True} for page in pages]
        return pages

    def _since(self, line):
        """From when on changes of a kind are asked for, None for all.

        openIMIS dates a claim by its entry: checking, processing and valuating it leave
        that date alone (section 6, `validity_from`). So what was entered since the
        first visit that is not settled here is asked for again.
        """
        if line.kind != "claim" or not line.date_since:
            return line.date_since
        known = self.env["openimis.remote.record"]._search(
            [("connection_id", "=", self.connection_id.id), ("kind", "=", "claim")]
        )
        start = line.date_since - timedelta(days=LOOK_BACK)
        oldest = self.env["openimis.claim"].search(
            [
                ("id", "in", known.subselect("res_id")),
                ("status", "in", UNSETTLED),
                ("date_from", ">=", start.date()),
            ],
            order="date_from",
            limit=1,
        )
        first = fields.Datetime.to_datetime(oldest.date_from)
        return min(line.date_since, first or line.date_since)

    def _pages(self, kind, total, size, since):
        return [
            {
                "kind": kind,
                "task": "page",
                "start": start,
                "size": size,
                "since": _text(since),
                "units": min(size, total - start),
            }
            for start in range(0, total, size)
        ]

    def _note_watermark(self, transport):
        moment = transport.client.server_date
        # the server's clock counts, not ours
        self.date_watermark = (
            moment.astimezone(UTC).replace(tzinfo=None)
            if moment
            else fields.Datetime.now()
        )

    def _execute(self, payload):
        task = payload.get("task")
        try:
            if task == "file":
                self._execute_file(payload)
            elif task == "missing":
                self._execute_missing()
            elif task == "rest":
                self._execute_rest(payload)
            else:
                self._execute_page(payload)
        except ExchangeError as error:
            if isinstance(error, ServerUnavailable | AuthenticationFailed):
                # the rest would only wait in vain, or lock the account
                self._get_transport().client.give_up(error)
            raise UserError(self.connection_id._explain(error)) from None

    def _execute_page(self, payload):
        page = self._read_page(payload, payload["start"], payload["size"])
        self._take(payload["kind"], page)

    def _read_page(self, payload, start, size):
        since = fields.Datetime.to_datetime(payload["since"])
        return self._get_transport().page(payload["kind"], start, size, since)

    def _execute_rest(self, payload):
        """Read until a page is not full, or nothing on it can be read.

        :raises ServerFailed: when openIMIS fails on the list as a whole
        """
        size, start = self.connection_id.page_size, payload["start"]
        while True:
            page = self._read_page(payload, start, size)
            if page.problems and not (page.records or start):
                raise ServerFailed(page.problems[0].detail)
            self._take(payload["kind"], page)
            start += size
            if page.seen < size or not page.records:
                return

    def _take(self, kind, page):
        """Write what a page brought, and log what it could not.

        :param str kind: key of `core.const.KINDS`
        :param core.transport.Page page: records and problems
        """
        writer = self.env["openimis.writer"]
        self._note_seen(kind, page)
        if page.missing:
            self._log_missing(kind, page.missing)
        problems = page.problems + writer._take(self, kind, page.records)
        if problems:
            self._count(kind, "failed", len(problems))
            if broken := sum(problem.code == ServerFailed.code for problem in problems):
                self._count(kind, "unreadable", broken)
            self._log_many([self._problem(kind, problem) for problem in problems])

    def _log_missing(self, kind, names):
        self._log(
            "warning",
            self.env._(
                "%(kind)s: this version of openIMIS does not know %(names)s. All else "
                "was read.",
                kind=self._kind_label(kind),
                names=", ".join(names),
            ),
            code=f"{kind}.missing_field",
        )

    def _problem(self, kind, problem):
        where = problem.key or self.env._(
            "entry %(number)s", number=problem.position + 1
        )
        return {
            "severity": "error",
            "code": f"{kind}.{problem.code}",
            "text": self.env._(
                "%(kind)s, %(where)s: %(detail)s. It was left out and is asked for "
                "again at the next pull.",
                kind=self._kind_label(kind),
                where=where,
                detail=problem.detail,
            ),
            "value": problem.key,
        }

    def _finish(self):
        """Move the marks forward of the kinds that came in whole."""
        self._note_refused_login()
        if not self.file:
            self._check_received()
        self._take_waiting()
        self._forget_transport()
        self._forget_seen()
        if self.file or self.dry_run or not self.date_watermark:
            return
        if self.full:
            # sudo: as below
            self.connection_id.sudo().date_full = self.date_start
        incomplete = self._incomplete_kinds()
        self._note_unreadable()
        since = self.date_watermark - timedelta(
            minutes=self.connection_id.overlap_minutes
        )
        # sudo: how far a kind is known is the job's to say, its setup the manager's
        for line in self.connection_id.kind_ids.filtered("enabled").sudo():
            if line.kind not in incomplete and line.kind in const.INCREMENTAL_KINDS:
                line.date_since = since

    def _incomplete_kinds(self):
        """Kinds of which something is missing: these are read again from their mark."""
        kinds = {chunk.payload["kind"] for chunk in self._incomplete_chunks()}
        kinds |= {
            kind
            for kind, row in (self.counters or {}).items()
            if row.get("failed") and not self._is_known_unreadable(row)
        }
        return kinds

    def _incomplete_chunks(self):
        # sudo: chunks are the engine's own bookkeeping, no user has rights on them
        return (
            self.env["exchange.chunk"]
            .sudo()
            .search(
                [
                    ("run_model", "=", self._name),
                    ("run_id", "=", self.id),
                    ("state", "!=", "done"),
                ]
            )
        )

    def _is_known_unreadable(self, row):
        """Whether only entries failed on which openIMIS failed in the pull before too.

        They would end incremental pulling for ever. Whenever everything is asked for,
        they are tried again.
        """
        broken = row.get("unreadable", 0)
        return row["failed"] == broken <= row.get("unreadable_before", 0)

    def _note_unreadable(self):
        """Remember how many entries of each whole list openIMIS fails on."""
        # sudo: what is known of a kind is the job's to say, its setup the manager's
        for line in self.connection_id.kind_ids.filtered("enabled").sudo():
            if (
                self.full
                or line.kind not in const.INCREMENTAL_KINDS
                or (not line.date_since)
            ):
                row = (self.counters or {}).get(line.kind) or {}
                line.unreadable_count = row.get("unreadable", 0)

    def _final_state(self, done, failed):
        state = super()._final_state(done, failed)
        rows = (self.counters or {}).values()
        if state == "done" and any(row.get("failed") for row in rows):
            return "partial"
        return state

    def _counter_labels(self):
        labels = super()._counter_labels()
        labels |= dict(self.env["openimis.connection.kind"]._selection_kind())
        return labels | {
            "found": self.env._("Found"),
            "older": self.env._("Older than known"),
            "proposal": self.env._("To Decide"),
        }

    def _counters_table(self):
        """Kinds in the order in which they are pulled, actions in a fixed one."""
        counters = self.counters or {}
        labels = self._counter_labels()
        used = {name for row in counters.values() for name, n in row.items() if n}
        return {
            "actions": [(name, labels[name]) for name in ACTIONS if name in used],
            "rows": [
                (labels[kind], {name: n for name, n in counters[kind].items() if n})
                for kind in const.KINDS
                if kind in counters
            ],
        }

    def _kind_label(self, kind):
        return dict(self.env["openimis.connection.kind"]._selection_kind())[kind]

    # === TRANSPORT OF THIS JOB ===

    def _note_refused_login(self):
        transport = _TRANSPORTS.get(self._transport_key())
        if transport and isinstance(transport.client.given_up, AuthenticationFailed):
            self.connection_id._note_refusal()

    def _transport_key(self):
        return (self.env.cr.dbname, self.id)

    def _get_transport(self):
        key = self._transport_key()
        if key not in _TRANSPORTS:
            _TRANSPORTS[key] = ReadAhead(self.connection_id._transport())
        return _TRANSPORTS[key]

    def _forget_transport(self):
        _TRANSPORTS.pop(self._transport_key(), None)

    def _start(self):
        # a job that is resumed tries anew what it had given up
        self._forget_transport()
        return super()._start()

    def _queue(self):
        """Plan now, work in the background (called by the schedule).

        :return: False when another pull of the company holds the lock
        """
        self.ensure_one()
        with self._try_job_lock() as locked:
            if locked:
                self._make_plan()
                self._start()
                if self.state == "running":
                    self._queue_up()
        return locked

    @api.constrains("connection_id", "company_id")
    def _check_connection_company(self):
        for pull in self:
            if pull.connection_id.company_id != pull.company_id:
                raise UserError(
                    self.env._("The pull belongs to the company of its connection.")
                )


def _text(moment):
    return fields.Datetime.to_string(moment) if moment else None
