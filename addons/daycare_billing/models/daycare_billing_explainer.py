from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_date

from ..core import steps

#: Values of steps that are dates, as ISO text.
DATES = ("since", "day")


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
            Markup("<li>%s</li>") % text for text in self._sentences(stored)
        )
        return Markup("<ol class='o_daycare_steps mb-0'>%s</ol>") % items

    @api.model
    def _sentences(self, stored):
        """Return the steps as a list of sentences."""
        wording = {
            **self._income_wording(),
            **self._price_wording(),
            **self._month_wording(),
        }
        return [wording[code] % self._readable(values) for code, values in stored]

    @api.model
    def _readable(self, values):
        """Return the values of a step with its dates as the user writes them."""
        dates = {
            key: format_date(self.env, values[key]) for key in DATES if key in values
        }
        return {**values, **dates}

    @api.model
    def _income_wording(self):
        return {
            steps.INCOME_PAGE: self.env._(
                "Income of %(monthly)s a month, in force since %(since)s, counted at "
                "%(percent)s %%"
            ),
            steps.HOUSEHOLD_INCOME: self.env._(
                "Household income that counts: %(amount)s a month"
            ),
            steps.INCOME_CONFIDENTIAL: self.env._(
                "The income is confidential: the maximum price applies"
            ),
            steps.INCOME_MISSING: self.env._(
                "No income page is in force on %(day)s: the maximum price applies"
            ),
        }

    @api.model
    def _price_wording(self):
        return {
            steps.MAXIMUM_PRICE: self.env._("Maximum price of a day: %(price)s"),
            steps.BRACKET_PRICE: self.env._(
                "Bracket from %(start)s a month: price of a day %(price)s"
            ),
            steps.LINEAR_FACTOR: self.env._(
                "Yearly income %(annual)s less deduction %(deduction)s, divided by "
                "%(ceiling)s: factor %(factor)s"
            ),
            steps.LINEAR_PRICE: self.env._(
                "Minimum %(minimum)s + factor × %(span)s = %(exact)s, rounded: price "
                "of a day %(price)s"
            ),
            steps.AGE_SURCHARGE: self.env._(
                "Surcharge for age %(percent)s %%: price of a day %(price)s"
            ),
            steps.SIBLING_REBATE: self.env._(
                "Sibling rebate %(percent)s %% (child %(rank)s of %(children)s)"
            ),
        }

    @api.model
    def _month_wording(self):
        return {
            steps.CAPPED: self.env._(
                "Placements overlap on %(days)s days: what they share counts once"
            ),
            steps.CLOSED: self.env._("%(days)s closed days are not billed"),
            steps.DAYS: self.env._(
                "%(days)s days at %(percent)s %% of a day of %(price)s"
            ),
            steps.WEEK: self.env._(
                "%(days)s days a week × %(price)s = %(amount)s a week"
            ),
            steps.MONTH_FACTOR: self.env._("× %(factor)s weeks a month"),
            steps.PRORATA: self.env._(
                "Part of the month: %(planned)s of %(full)s days"
            ),
            steps.AMOUNT: self.env._("%(quantity)s × %(unit)s = %(amount)s"),
            steps.SUBSIDY: self.env._(
                "Of %(amount)s, third parties pay %(subsidy)s: %(rest)s remain"
            ),
            steps.SERVICE: self.env._("%(name)s: %(quantity)s × %(unit)s = %(amount)s"),
            steps.CORRECTION: self.env._(
                "Due with today's data %(due)s, calculated before %(billed)s: "
                "difference %(amount)s"
            ),
        }
