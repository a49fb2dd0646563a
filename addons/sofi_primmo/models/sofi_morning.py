from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, format_amount, format_date

from ..core import morning

#: A residence is late when no export served it for so long.
LATE_HOURS = 36
#: Files of so many days are looked at: a month, and the nights before today.
DAYS = morning.MONTH.days + morning.NIGHTS
#: Files that went to Primmo, or are to.
SENT = [("simulated", "=", False), ("state", "!=", "cancelled")]
#: Runs that take all that there is to take: those of chosen charges are no night's.
WHOLE = [(name, "=", False) for name in ("date_from", "date_to", "charge_numbers")]
#: Files in a folder that nobody has seen disappear.
WAITING = [
    ("simulated", "=", False),
    ("state", "=", "done"),
    ("date_taken", "=", False),
    ("directory", "!=", False),
]


class SofiMorning(models.AbstractModel):
    """What a person wants to know of each residence in the morning.

    Worked out for any number of residences by a few queries; shown on their cards and
    told by e-mail.
    """

    _name = "sofi.morning"
    _description = "Morning of the Residences"

    @api.model
    def _of(self, residences):
        """Return what there is to know of residences.

        :param residences: `sofi.residence` records
        :return: {residence: dict with `state` (see `core.morning`), `day`, `amount`,
            `before` (of the same weekday four weeks ago), `waiting`, `waiting_since`,
            `left_out` ({reason: number}), `unsettled` and `nights` (list of day and
            amount)}
        """
        served = self._served(residences)
        failed = self._failed(residences)
        amounts = self._amounts(residences)
        waiting = self._waiting(residences)
        left_out = self._left_out(residences)
        unsettled = self._unsettled(residences)
        found = {}
        for residence in residences:
            today = residence._today()
            files = waiting[residence]
            mine = {
                "simulated": residence.dry_run,
                "served": residence in served,
                "failed": residence in failed,
                "unsettled": unsettled[residence],
                "waiting_days": max(((today - day).days for day in files), default=0),
                "left_out": sum(left_out[residence].values()),
            }
            day, amount, before = morning.last_night(amounts[residence], today)
            found[residence] = {
                **mine,
                "state": morning.state(morning.Facts(**mine)),
                "day": day,
                "amount": amount,
                "before": before,
                "waiting": len(files),
                "waiting_since": min(files, default=False),
                "left_out": dict(left_out[residence]),
                "nights": morning.nights(amounts[residence], today),
            }
        return found

    @api.model
    def _left_out_domain(self, residences):
        """Return the domain of the charges that the last export left out.

        A charge that stays accepted in SOFI is left out each time anew, so only the
        latest export of a residence counts: neither an earlier one of the same day, nor
        a preview, nor one of chosen charges.

        :param residences: `sofi.residence` records
        :rtype: Domain
        """
        since = fields.Datetime.now() - timedelta(days=morning.NIGHTS)
        latest = self.env["sofi.export"]._read_group(
            [
                ("dry_run", "=", False),
                ("date_start", ">=", since),
                ("state", "in", ("done", "partial")),
                ("residence_ids", "in", residences.ids),
                *WHOLE,
            ],
            ["residence_ids"],
            ["id:max"],
        )
        of_run = defaultdict(list)
        for residence, run_id in latest:
            of_run[run_id].append(residence.id)
        runs = [
            Domain("export_id", "=", run_id) & Domain("residence_id", "in", ids)
            for run_id, ids in of_run.items()
        ]
        return (
            Domain("state", "=", "skipped")
            & Domain("residence_id", "in", residences.ids)
            & Domain.OR(runs)
        )

    @api.model
    def _served(self, residences):
        """Return the residences that an export served in the last hours.

        One that came through in part served those that have a file of it; one of
        chosen charges serves nobody's night.
        """
        since = fields.Datetime.now() - timedelta(hours=LATE_HOURS)
        runs = self.env["sofi.export"].search(
            [
                ("dry_run", "=", False),
                ("date_start", ">=", since),
                ("state", "in", ("done", "partial")),
                ("residence_ids", "in", residences.ids),
                *WHOLE,
            ]
        )
        whole = runs.filtered(lambda run: run.state == "done")
        return (runs.file_ids.residence_id | whole.residence_ids) & residences

    @api.model
    def _failed(self, residences):
        """Return the residences whose last run of the last days failed there.

        One of chosen charges says nothing of the rest, whichever way it ended.
        """
        since = fields.Datetime.now() - timedelta(days=morning.NIGHTS)
        runs = self.env["sofi.export"].search(
            [
                ("dry_run", "=", False),
                ("date_start", ">=", since),
                ("state", "in", ("done", "partial", "failed")),
                ("residence_ids", "in", residences.ids),
                *WHOLE,
            ],
            order="date_start desc, id desc",
        )
        failed = residences.browse()
        open_ones = residences
        for run in runs:
            if run.state == "failed" and self._is_refused_to_a_person(run):
                continue
            mine = run.residence_ids & open_ones
            if run.state != "done":
                failed |= run._failed_residences() & mine
            open_ones -= mine
            if not open_ones:
                break
        return failed

    @api.model
    def _is_refused_to_a_person(self, run):
        """Tell whether a run by hand did nothing, for earlier files still wait.

        Who pressed the button was told; the night before it went as it went.
        """
        # sudo: the findings of a run belong to it
        errors = run.sudo().exchange_message_ids.filtered(
            lambda message: message.severity == "error"
        )
        return not run.nightly and set(errors.mapped("code")) == {"files_found"}

    @api.model
    def _amounts(self, residences):
        """Return {residence: {day of the night: amount of its files}}."""
        since = fields.Datetime.now() - timedelta(days=DAYS)
        files = self.env["sofi.export.file"].search_fetch(
            [
                *SENT,
                ("residence_id", "in", residences.ids),
                ("export_id.date_start", ">=", since),
            ],
            ["residence_id", "export_id", "amount"],
        )
        amounts = defaultdict(Counter)
        for file in files:
            amounts[file.residence_id][self._day(file)] += file.amount
        return amounts

    @api.model
    def _waiting(self, residences):
        """Return {residence: list of the days of its files that wait for Primmo}."""
        files = self.env["sofi.export.file"].search_fetch(
            [*WAITING, ("residence_id", "in", residences.ids)],
            ["residence_id", "export_id"],
        )
        waiting = defaultdict(list)
        for file in files:
            waiting[file.residence_id].append(self._day(file))
        return waiting

    @api.model
    def _day(self, file):
        """Return the day of a file's run, where its residence is."""
        start = file.export_id.date_start or file.create_date
        zoned = file.with_context(tz=file.residence_id.timezone)
        return fields.Datetime.context_timestamp(zoned, start).date()

    @api.model
    def _left_out(self, residences):
        """Return {residence: {reason: charges that the last export left out}}."""
        groups = self.env["sofi.charge"]._read_group(
            self._left_out_domain(residences),
            ["residence_id", "skip_reason"],
            ["__count"],
        )
        left_out = defaultdict(dict)
        for residence, reason, count in groups:
            left_out[residence][reason] = count
        return left_out

    @api.model
    def _unsettled(self, residences):
        """Return {residence: files that did not reach their end, or differ}."""
        open_ones = Domain("state", "in", ("written", "publishing"))
        domain = Domain("residence_id", "in", residences.ids) & Domain(
            "simulated", "=", False
        )
        groups = self.env["sofi.export.file"]._read_group(
            domain & (open_ones | Domain("difference", "!=", False)),
            ["residence_id"],
            ["__count"],
        )
        return Counter(dict(groups))

    # === E-MAIL ===

    @api.model
    def _cron_morning(self):
        """Tell each responsible person how the night went, in one e-mail.

        What did not run at all is told, too: this is not the night's own job.
        """
        residences = self.env["sofi.residence"].search(
            [("morning_mail", "!=", "never"), ("user_id", "!=", False)]
        )
        for person, mine in residences.grouped("user_id").items():
            if person.active and email_normalize(person.email or ""):
                self._tell(person, mine)

    @api.model
    def _tell(self, person, residences):
        """Send a person the morning of residences; nothing where all wanted is quiet.

        :param person: `res.users`
        :param residences: `sofi.residence` records
        """
        here = self.with_user(person).with_context(
            lang=person.lang, allowed_company_ids=person.company_ids.ids
        )
        # what the person may not read any more, he is not told of
        mine = residences.with_env(here.env)._filtered_access("read")
        found = here._of(mine)
        shown = [
            (residence, found[residence])
            for residence in mine
            if residence.morning_mail == "always"
            or found[residence]["state"] in morning.TROUBLE
        ]
        if not shown:
            return
        shown.sort(key=lambda pair: morning.STATES.index(pair[1]["state"]))
        here._send(person, shown)

    @api.model
    def _send(self, person, shown):
        trouble = sum(facts["state"] in morning.TROUBLE for _r, facts in shown)
        subject = (
            self.env._("Night of the residences: %s to look at", trouble)
            if trouble
            else self.env._("Night of the residences: all is well")
        )
        states = self.env["sofi.residence"]._fields["morning_state"]
        states = dict(states._description_selection(self.env))
        rows = [
            {
                "name": residence.name,
                "state": states[facts["state"]],
                "trouble": facts["state"] in morning.TROUBLE,
                "lines": self._lines(facts),
            }
            for residence, facts in shown
        ]
        link = shown[0][0].get_base_url() + "/odoo/sofi-morning"
        body = self.env["ir.qweb"]._render(
            "sofi_primmo.morning_mail", {"rows": rows, "link": link}
        )
        # sudo: the message is the program's, whatever the person may send
        self.env["mail.mail"].sudo().create(
            {
                "subject": subject,
                "body_html": body,
                "email_to": person.email_formatted,
                "auto_delete": True,
            }
        )

    @api.model
    def _lines(self, facts):
        """Return what an e-mail says of a residence.

        :param dict facts: see :meth:`_of`
        :return: list of texts in the reader's language
        """
        lines = [self.env._("No file in the last weeks")]
        if facts["day"]:
            lines = [
                self.env._(
                    "Last file, %(day)s: %(amount)s; same weekday four weeks before: "
                    "%(before)s",
                    day=format_date(self.env, facts["day"]),
                    amount=self._money(facts["amount"]),
                    before=self._money(facts["before"]),
                )
            ]
        if facts["waiting"]:
            lines.append(
                self.env._(
                    "Files waiting for Primmo: %(count)s, the oldest of %(day)s",
                    count=facts["waiting"],
                    day=format_date(self.env, facts["waiting_since"]),
                )
            )
        if facts["unsettled"]:
            lines.append(self.env._("Files to settle: %s", facts["unsettled"]))
        reasons = self.env["sofi.charge"]._fields["skip_reason"]
        labels = dict(reasons._description_selection(self.env))
        for reason, count in facts["left_out"].items():
            lines.append(
                self.env._(
                    "Left out, %(reason)s: %(count)s",
                    reason=labels.get(reason, reason),
                    count=count,
                )
            )
        return lines

    @api.model
    def _money(self, amount):
        return format_amount(self.env, amount, self.env.ref("base.CAD"))
