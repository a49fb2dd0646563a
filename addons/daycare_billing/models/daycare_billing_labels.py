from datetime import date
from decimal import Decimal

from babel.dates import format_date, get_day_names

from odoo import api, models
from odoo.tools.translate import LazyTranslate

from odoo.addons.exchange_run.core.clock import hours_label
from odoo.addons.exchange_run.core.money import CENT, round_to
from odoo.addons.exchange_run.core.text import is_singular

_lt = LazyTranslate(__name__)

#: A flat month, by whether the days of a week are one.
WEEKS = {
    True: _lt("%(month)s, %(group)s: %(days)s day a week (%(weekdays)s), flat"),
    False: _lt("%(month)s, %(group)s: %(days)s days a week (%(weekdays)s), flat"),
}


class DaycareBillingLabels(models.AbstractModel):
    """What invoice lines say, in the language of the context."""

    _name = "daycare.billing.labels"
    _description = "Daycare Invoice Texts"

    @api.model
    def _position(self, source, position):
        """Return the text of one position of a billing line.

        No income is ever named: invoices are seen by more people than incomes are.
        """
        month = self._month(source.month)
        kind = position["type"]
        if kind == "actual":
            return self._actual(source, position, month)
        if kind == "flat":
            return self._flat(source, position, month)
        if kind == "extra":
            return self._extra(source, position, month)
        if kind == "credit":
            return self._credit(source, position, month)
        if kind == "service":
            return position["name"] or self._service(source, month)
        if kind == "share":
            return self._share(source, position, month)
        return self._remark(source, kind, month)

    @api.model
    def _actual(self, source, position, month):
        return self.env._(
            "%(month)s, %(group)s: %(weekdays)s, %(presence)s",
            month=month,
            group=self._group(source),
            weekdays=self._weekdays(position["weekdays"]),
            presence=self._presence(source, position),
        )

    @api.model
    def _flat(self, source, position, month):
        days = round_to(Decimal(position["share"]), CENT)
        wording = self.env._(WEEKS[is_singular(days, self._locale())])
        return wording % {
            "month": month,
            "group": self._group(source),
            "days": self._days(position["share"]),
            "weekdays": self._weekdays(position["weekdays"]),
        }

    @api.model
    def _extra(self, source, position, month):
        return self.env._(
            "%(month)s, %(group)s: extra day %(dates)s, %(presence)s",
            month=month,
            group=self._group(source),
            dates=self._dates(position["dates"]),
            presence=self._presence(source, position),
        )

    @api.model
    def _credit(self, source, position, month):
        """Name what an absence takes off; not why the child stayed away."""
        return self.env._(
            "%(month)s, %(group)s: credit for absence %(dates)s",
            month=month,
            group=self._group(source),
            dates=self._dates(position["dates"]),
        )

    @api.model
    def _dates(self, texts):
        """Return dates of one month as parents read them: 3., 4., 10.3."""
        days = [date.fromisoformat(text) for text in texts]
        return ", ".join(
            [f"{day.day}." for day in days[:-1]]
            + [f"{day.day}.{day.month}." for day in days[-1:]]
        )

    @api.model
    def _days(self, share):
        """Return the days of a week as parents read them: 1.32, not 1.3167."""
        number = round_to(Decimal(share), CENT).normalize()
        decimals = max(0, -number.as_tuple().exponent)
        lang = self.env["res.lang"]._lang_get(self._locale())
        return lang.format(f"%.{decimals}f", float(number))

    @api.model
    def _service(self, source, month):
        product = source.product_id.with_context(lang=self.env.lang)
        return f"{product.name}, {month}"

    @api.model
    def _share(self, source, position, month):
        """Name the part of one debtor; not who pays the others."""
        own = source.service_id.name or (
            source.product_id
            and source.product_id.with_context(lang=self.env.lang).name
        )
        return self.env._(
            "%(month)s, %(what)s: share of %(percent)s %%",
            month=month,
            what=own or self._group(source),
            percent=self._days(position["percent"]),
        )

    @api.model
    def _remark(self, source, kind, month):
        if kind == "deduction":
            return self.env._("Paid by third parties, %(month)s", month=month)
        if kind == "shared":
            return self.env._("Paid by other debtors, %(month)s", month=month)
        if kind == "subsidy":
            return self.env._("Contribution to the care, %(month)s", month=month)
        return self._correction(source, month)

    @api.model
    def _correction(self, source, month):
        """Name what is corrected: several corrections may stand below each other."""
        kind = source.due_key.partition("/")[0]
        if kind == "service":
            own = (
                source.service_id.name
                or source.product_id.with_context(lang=self.env.lang).name
            )
            return self.env._(
                "Correction %(month)s, %(service)s", month=month, service=own
            )
        if kind == "subsidy":
            return self.env._(
                "Correction %(month)s, %(group)s, contribution to the care",
                month=month,
                group=self._group(source),
            )
        return self.env._(
            "Correction %(month)s, %(group)s", month=month, group=self._group(source)
        )

    @api.model
    def _group(self, source):
        return source.group_id.with_context(lang=self.env.lang).name or ""

    @api.model
    def _month(self, day):
        return format_date(day, "MMMM y", locale=self._locale())

    @api.model
    def _locale(self):
        return self.env.lang or "en_US"

    @api.model
    def _weekdays(self, numbers):
        names = get_day_names("abbreviated", locale=self._locale())
        return ", ".join(names[number].rstrip(".") for number in numbers)

    @api.model
    def _presence(self, source, position):
        """Return the module's name, the hours or the slot numbers of a position."""
        if position["hours"]:
            return ", ".join(
                f"{self._hour(begin)}–{self._hour(end)}"
                for begin, end in position["hours"]
            )
        if Decimal(position["share"]) == 1:
            return self.env._("full day")
        # From the group, which is read once, and without slots deleted since.
        slots = source.group_id.slot_ids.filtered(
            lambda slot: slot.id in position["slots"]
        )
        module = self._matching_module(slots)
        if module:
            return module.with_context(lang=self.env.lang).name
        return self.env._(
            "slots %(numbers)s (%(percent)s %% of a day)",
            numbers=", ".join(
                slot.name or str(slot.number) for slot in slots.sorted("number")
            ),
            percent=self._days(Decimal(position["share"]) * 100),
        )

    @api.model
    def _matching_module(self, slots):
        modules = slots.group_id.module_ids
        return modules.filtered(lambda module: set(module.slot_ids) == set(slots))[:1]

    @api.model
    def _hour(self, number):
        return hours_label(Decimal(number))
