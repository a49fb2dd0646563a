import base64
import re
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from odoo.addons.daycare.models.const import WEEKDAYS
from odoo.addons.exchange_run.core.clock import is_of_our_time
from odoo.addons.exchange_run.core.text import storable

from ..core import upload

WEEKS = 4
#: How much a parent may send before somebody has looked at it.
MAX_OPEN = 5
MAX_NOTE = 2000
BASES = ("monthly", "annual")


class DaycarePortal(models.AbstractModel):
    """What a guardian is shown in the portal: the only way there.

    A portal user has no right on any record of the daycare: no other door opens.
    Each method begins with the file of who is logged in, and reads from there as
    superuser.
    """

    _name = "daycare.portal"
    _description = "Parents' Portal"

    @api.model
    def _guardian(self):
        """Return the file of who is logged in, in the company he or she works with.

        :rtype: daycare.guardian in superuser mode; empty for everybody else
        """
        user = self.env.user
        # sudo: a portal user has no rights on files; this is his own
        return (
            self.env["daycare.guardian"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", user.partner_id.id),
                    ("company_id", "=", user.company_id.id),
                    ("active", "=", True),
                ],
                limit=1,
            )
        )

    @api.model
    def _children(self):
        """Return the children whom the guardian sees.

        :rtype: daycare.child in superuser mode
        """
        guardian = self._guardian()
        links = guardian.child_link_ids
        return links.filtered_domain(links._seen_in_portal()).child_id

    @api.model
    def _child(self, child_id):
        """Return one of the guardian's children.

        :raises AccessError: it is none of them, or not there
        """
        child = self._children().filtered(lambda child: child.id == child_id)
        if not child:
            raise AccessError(self.env._("This page is not for you."))
        return child

    @api.model
    def _placements(self, child):
        """Return the placements of a child that are in force or to come, in order."""
        return child._sheet_sectors()

    @api.model
    def _weeks(self, child):
        """Return the days on which a child comes, this week and the next ones.

        :return: list of dict: ``title``, and ``days``, a list of (weekday and date,
            list of (times, group), name of the closed day or False)
        """
        today = fields.Date.context_today(self)
        monday = today - timedelta(days=today.weekday())
        dates = [monday + timedelta(days=n) for n in range(7 * WEEKS)]
        visits = self._visits(child, dates)
        closed = self._closed(child.company_id, dates)
        weeks = []
        for start in range(0, len(dates), 7):
            days = []
            for day in dates[start : start + 7]:
                if visits[day]:
                    groups = {group.id for _times, group in visits[day]}
                    names = [n for g, n in closed[day] if g is None or g in groups]
                    came = [(times, group.name) for times, group in visits[day]]
                    days.append((self._day_label(day), came, names[:1]))
            number = dates[start].isocalendar().week
            title = self.env._(
                "Week %(number)s, from %(begin)s",
                number=number,
                begin=format_date(self.env, dates[start]),
            )
            weeks.append({"title": title, "days": days})
        return weeks

    def _visits(self, child, dates):
        """Return {date: list of (times, or that the child is absent; group)}."""
        absences, extra_days = self._attendance(child, dates)
        away = {
            day
            for absence in absences
            for day in dates
            if absence.date_from <= day <= absence.date_to
        }
        visits = defaultdict(list)
        for sector in child.sector_ids:
            for line in sector.line_ids.sorted("hour_from"):
                for day in dates:
                    inside = sector.date_from <= day <= sector.date_to
                    if inside and day.isoweekday() == line.day:
                        times = line._sheet_label()
                        said = self.env._("Absent") if day in away else times
                        if (said, sector.group_id) not in visits[day]:
                            visits[day].append((said, sector.group_id))
        for extra in extra_days:
            visits[extra.date].append((extra._sheet_label(), extra.group_id))
        return visits

    def _attendance(self, child, dates):
        """Return the absences and the extra days of a child in some weeks."""
        # sudo: a portal user has no rights on them; these are of a child he sees
        absences = self.env["daycare.absence"].sudo()
        extra_days = self.env["daycare.extra.day"].sudo()
        within = extra_days._between_domain(dates[0], dates[-1])
        return (
            absences._between(dates[0], dates[-1], child.ids),
            extra_days.search(within & fields.Domain("child_id", "=", child.id)),
        )

    def _closed(self, company, dates):
        """Return {date: list of (group id or None, name)} of closed days."""
        # sudo: that the centre is closed is no secret to its families
        closures = (
            self.env["daycare.closure"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("date_from", "<=", dates[-1]),
                    ("date_to", ">=", dates[0]),
                ]
            )
        )
        closed = defaultdict(list)
        for closure in closures:
            for day in dates:
                if closure.date_from <= day <= closure.date_to:
                    groups = closure.group_ids.ids or [None]
                    closed[day] += [(group, closure.name) for group in groups]
        return closed

    def _day_label(self, day):
        lines = self.env["daycare.sector.line"].sudo()
        weekdays = dict(lines._fields["weekday"]._description_selection(self.env))
        weekday = weekdays[WEEKDAYS[day.weekday()][0]]
        return f"{weekday} {format_date(self.env, day, date_format='d.M.')}"

    # === ATTESTATIONS ===

    @api.model
    def _attestation_years(self):
        """Return the years that are over and that the guardian was invoiced for.

        :rtype: list[int], the last one first
        """
        guardian = self._guardian()
        # sudo: a portal user has no rights on lines; these are his own
        lines = self.env["daycare.billing.line"].sudo()
        months = lines._read_group(
            lines._invoiced_domain()
            & fields.Domain("debtor_id", "in", guardian.ids)
            & fields.Domain("company_id", "=", guardian.company_id.id),
            ["month:year"],
        )
        this_year = fields.Date.context_today(self).year
        years = {month.year for (month,) in months}
        return sorted((y for y in years if y < this_year), reverse=True)

    @api.model
    def _attestation(self, year):
        """Return the attestation of what the guardian paid in a year.

        :return: bytes of a PDF
        :raises AccessError: there is none of this year
        """
        guardian = self._guardian()
        if year not in self._attestation_years():
            raise AccessError(self.env._("This page is not for you."))
        # sudo: the guardian's own costs; nobody else's are among the choices
        attestation = (
            self.env["daycare.attestation"]
            .sudo()
            .with_company(guardian.company_id)
            .create(
                {
                    "company_id": guardian.company_id.id,
                    "year": year,
                    "debtor_ids": guardian.ids,
                    "paid_only": True,
                }
            )
        )
        if not attestation._pages():
            raise UserError(
                self.env._(
                    "Nothing of what was invoiced for %(year)s is paid.", year=year
                )
            )
        content, _kind = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf(
                "daycare_billing.report_daycare_attestation", attestation.ids
            )
        )
        return content

    # === INCOMES ===

    @api.model
    def _may_send_incomes(self):
        """Tell whether the guardian's income counts: not that of a commune."""
        guardian = self._guardian()
        return bool(guardian) and guardian.role != "third_party"

    @api.model
    def _proposals(self):
        """Return what the guardian sent, the last one first."""
        # sudo: a portal user has no rights on them; these are his own
        proposals = self.env["daycare.income.proposal"].sudo()
        return proposals.search(
            [("guardian_id", "in", self._guardian().ids)], order="id DESC"
        )

    @api.model
    def _send_income(self, date_from, amount, basis, note, content):
        """Keep what a parent sent until somebody reviews it.

        :param str date_from: ISO date
        :param str amount: as typed
        :param str basis: ``monthly`` or ``annual``
        :param str note: what the parent adds
        :param bytes content: the document
        :return: the proposal
        :raises UserError: in words for the parent
        """
        if not self._may_send_incomes():
            raise AccessError(self.env._("This page is not for you."))
        waiting = self._proposals().filtered(lambda p: p.state == "sent")
        if len(waiting) >= MAX_OPEN:
            raise UserError(
                self.env._(
                    "What you sent before has not been reviewed yet. Please wait for "
                    "the answer of the daycare."
                )
            )
        day = self._read_day(date_from)
        vals = {
            "guardian_id": self._guardian().id,
            "date_from": day,
            "amount": self._read_amount(amount),
            "basis": basis if basis in BASES else "annual",
            "note": storable((note or "")[:MAX_NOTE]),
            **self._read_file(day, content),
        }
        # sudo: who writes it has no rights on it; it is about himself
        return self.env["daycare.income.proposal"].sudo().create(vals)

    def _read_day(self, text):
        try:
            day = fields.Date.to_date(text)
        except ValueError:
            day = None
        if not day or not is_of_our_time(day):
            raise UserError(self.env._("Enter from which day on you have this income."))
        return day

    def _read_amount(self, text):
        """Return an amount as people write it: 85'000.00, 85 000,00."""
        digits = (text or "").strip()
        for blank in ("'", "\u2019", " ", "\u00a0", "\u202f"):
            digits = digits.replace(blank, "")
        digits = digits.replace(",", ".")
        whole, _dot, cents = digits.partition(".")
        plain = whole.isascii() and whole.isdigit() and len(whole) < 10
        # three digits after a point are thousands to some: nobody guesses here
        if not plain or (cents and not re.fullmatch("[0-9]{1,2}", cents)):
            raise UserError(
                self.env._("Enter the amount with digits, such as 85'000.00.")
            )
        return float(f"{whole}.{cents or 0}")

    def _read_file(self, day, content):
        faults = {
            "empty": self.env._("Choose a document that shows the income."),
            "large": self.env._(
                "The document is larger than 10 MB. Send a smaller one."
            ),
            "kind": self.env._("Only PDF, JPEG and PNG files are taken."),
        }
        if found := upload.fault(content):
            raise UserError(faults[found])
        return {
            "file": base64.b64encode(content),
            "file_name": f"{fields.Date.to_string(day)}.{upload.kind(content)}",
        }
