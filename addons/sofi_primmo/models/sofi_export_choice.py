from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core import period
from ..core.exceptions import SofiConfigError
from .sofi_residence_connection import SofiUserError

#: What makes a run one of some charges only.
CHOICE = ("date_from", "date_to", "charge_numbers")


class SofiExport(models.Model):
    """What a person takes of the accepted charges, when that is not all of them.

    The others stay accepted in SOFI; a later run takes them.
    """

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited
    _exchange_settled = ("dry_run", "residence_ids", *CHOICE)

    date_from = fields.Date(
        string="Services From",
        copy=False,
        help="First day of the services to export, within the period of each "
        "residence. Empty: from where that begins.",
    )
    date_to = fields.Date(
        string="Services To",
        copy=False,
        help="Last day of the services to export, included. Empty: as far as the "
        "period of each residence goes.",
    )
    charge_numbers = fields.Char(
        string="Only These Charges",
        copy=False,
        help="SOFI's numbers of the charges to export, with commas or blanks between "
        "them. Empty: all.",
    )

    @api.constrains("date_from", "date_to")
    def _check_chosen_period(self):
        for run in self:
            if run.date_from and run.date_to and run.date_from > run.date_to:
                raise ValidationError(
                    self.env._("The first day of the services is after the last one.")
                )

    @api.constrains("charge_numbers", "residence_ids")
    def _check_chosen_charges(self):
        for run in self:
            if run.charge_numbers and len(run.residence_ids) != 1:
                raise ValidationError(
                    self.env._(
                        "Charges can be chosen by their numbers for one residence at a "
                        "time: each SOFI site has numbers of its own."
                    )
                )

    def _chosen_numbers(self):
        """Return the numbers of the charges that were chosen; empty: all."""
        return set((self.charge_numbers or "").replace(",", " ").split())

    def _period_of(self, residence):
        """Return the period of the services that are read of a residence.

        :rtype: Period
        :raises SofiUserError: when the residence's has nothing of the chosen one
        """
        days = (day and day.isoformat() for day in (self.date_from, self.date_to))
        chosen = period.read(*days, residence.timezone)
        try:
            return residence._period().within(chosen)
        except SofiConfigError as error:
            raise SofiUserError(
                self.env._(
                    "%(residence)s: the chosen days lie outside of the period that "
                    "the residence exports. Choose other days, or change its period.",
                    residence=residence.name,
                ),
                "period_order",
                residence,
            ) from error

    def _chosen(self, residence, charges):
        """Return those of the accepted charges that were chosen; name the others.

        :param list charges: `Charge` records
        """
        numbers = self._chosen_numbers()
        if not numbers:
            return charges
        chosen = [charge for charge in charges if charge.id in numbers]
        if missing := numbers - {charge.id for charge in chosen}:
            self._log(
                "warning",
                self.env._(
                    "%(residence)s: charges that were chosen and are not accepted in "
                    "SOFI, or not of the period: %(count)s",
                    residence=residence.name,
                    count=len(missing),
                ),
                code="chosen_missing",
                value=", ".join(sorted(missing)[:20]),
                residences=residence,
            )
        return chosen
