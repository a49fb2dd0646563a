import re

from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_date
from odoo.tools.translate import LazyTranslate

from odoo.addons.exchange_run.core.text import is_singular

from ..core import steps

_lt = LazyTranslate(__name__)

#: Values of steps that are dates, as ISO text.
DATES = ("since", "day")
#: Values of steps that are numbers.
NUMBER = re.compile(r"-?\d+(\.\d+)?")
#: What each step says.
WORDING = {
    steps.INCOME_PAGE: _lt(
        "Income of %(monthly)s a month, in force since %(since)s, counted at "
        "%(percent)s %%"
    ),
    steps.HOUSEHOLD_INCOME: _lt("Household income that counts: %(amount)s a month"),
    steps.INCOME_CONFIDENTIAL: _lt(
        "The income is confidential: the maximum price applies"
    ),
    steps.INCOME_MISSING: _lt(
        "No income page is in force on %(day)s: the maximum price applies"
    ),
    steps.MAXIMUM_PRICE: _lt("Maximum price of a day: %(price)s"),
    steps.BRACKET_PRICE: _lt(
        "Bracket from %(start)s a month: price of a day %(price)s"
    ),
    steps.LINEAR_FACTOR: _lt(
        "Yearly income %(annual)s less deduction %(deduction)s, divided by "
        "%(ceiling)s: factor %(factor)s"
    ),
    steps.LINEAR_PRICE: _lt(
        "Minimum %(minimum)s + factor × %(span)s = %(exact)s, rounded: price "
        "of a day %(price)s"
    ),
    steps.AGE_SURCHARGE: _lt(
        "Surcharge for age %(percent)s %%: price of a day %(price)s"
    ),
    steps.SIBLING_REBATE: _lt(
        "Sibling rebate %(percent)s %% (child %(rank)s of %(children)s)"
    ),
    steps.CAPPED: _lt(
        "Placements overlap on %(days)s days: what they share counts once"
    ),
    steps.CLOSED: _lt("%(days)s closed days are not billed"),
    steps.DAYS: _lt("%(days)s days at %(percent)s %% of a day of %(price)s"),
    steps.DAYS_HOURS: _lt(
        "%(days)s days of %(hours)s hours; a day of %(price)s has %(reference)s: "
        "%(percent)s %%"
    ),
    steps.WEEK: _lt("%(days)s days a week × %(price)s = %(amount)s a week"),
    steps.MONTH_FACTOR: _lt("× %(factor)s weeks a month"),
    steps.PRORATA: _lt("Part of the month: %(planned)s of %(full)s days"),
    steps.AMOUNT: _lt("%(quantity)s × %(unit)s = %(amount)s"),
    steps.SUBSIDY_PERCENT: _lt(
        "%(name)s pays %(value)s %% of the care, on %(days)s of %(full)s billed days"
    ),
    steps.SUBSIDY_AMOUNT: _lt(
        "%(name)s pays up to %(value)s a month: %(amount)s for %(days)s of %(full)s "
        "billed days"
    ),
    steps.SUBSIDY: _lt("Of %(amount)s, third parties pay %(subsidy)s: %(rest)s remain"),
    steps.DEBTOR_SHARE: _lt(
        "%(name)s pays %(percent)s %% of %(amount)s as another debtor: %(part)s"
    ),
    steps.SERVICE: _lt("%(name)s: %(quantity)s × %(unit)s = %(amount)s"),
    steps.EXTRA_SURCHARGE: _lt(
        "Surcharge for extra days %(percent)s %%: price of a day %(price)s"
    ),
    steps.CREDIT: _lt(
        "Absence: %(percent)s %% of %(days)s days are credited: %(amount)s"
    ),
    steps.CORRECTION: _lt(
        "Due with today's data %(due)s, calculated before %(billed)s: "
        "difference %(amount)s"
    ),
}
#: What those steps say that count days, where they count one.
OF_ONE_DAY = {
    steps.CAPPED: _lt(
        "Placements overlap on %(days)s day: what they share counts once"
    ),
    steps.CLOSED: _lt("%(days)s closed day is not billed"),
    steps.DAYS: _lt("%(days)s day at %(percent)s %% of a day of %(price)s"),
    steps.DAYS_HOURS: _lt(
        "%(days)s day of %(hours)s hours; a day of %(price)s has %(reference)s: "
        "%(percent)s %%"
    ),
    steps.WEEK: _lt("%(days)s day a week × %(price)s = %(amount)s a week"),
    steps.CREDIT: _lt(
        "Absence: %(percent)s %% of %(days)s day are credited: %(amount)s"
    ),
}


class DaycareBillingExplainer(models.AbstractModel):
    """The steps of a calculation in words, in the user's language."""

    _name = "daycare.billing.explainer"
    _description = "Daycare Price Explanation"

    @api.model
    def _as_html(self, stored):
        """Return the steps as a numbered list.

        :param stored: list of [code, values], as `core.steps.Step.as_json` gives them
        :return: Markup; every value is escaped
        """
        items = Markup().join(
            Markup("<li>%s</li>") % self._sentence(*step) for step in stored
        )
        return Markup("<ol class='o_daycare_steps mb-0'>%s</ol>") % items

    @api.model
    def _sentence(self, code, values):
        """Return one step as a sentence.

        :param str code: of `core.steps`
        :param dict values: of the step, numbers and dates as text
        """
        of_one = code in OF_ONE_DAY and is_singular(values["days"], self.env.lang)
        wording = self.env._(OF_ONE_DAY[code] if of_one else WORDING[code])
        return wording % self._readable(values)

    @api.model
    def _readable(self, values):
        """Return the values of a step, dates and numbers as the user writes them."""
        return {
            key: format_date(self.env, value)
            if key in DATES
            else self._number(value)
            if key != "name" and NUMBER.fullmatch(str(value))
            else value
            for key, value in values.items()
        }

    @api.model
    def _number(self, value):
        """Return a stored number with the separators of the user's lists.

        :param value: digits, with a point before the decimals, all of which are kept
        """
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        _whole, _point, decimals = str(value).partition(".")
        return lang.format(f"%.{len(decimals)}f", float(value), grouping=True)
