from odoo import api, fields, models
from odoo.fields import Domain

from .sofi_morning import LATE_HOURS, WAITING

ACTION_EXPORTS = "sofi_primmo.sofi_export_action"
ACTION_FILES = "sofi_primmo.sofi_export_file_action"
ACTION_CHARGES = "sofi_primmo.sofi_charge_action"
MORNING = "sofi_primmo.sofi_morning_action"


class ExchangeCard(models.Model):
    """The start page of the residences."""

    _inherit = "exchange.card"

    @api.model
    def _card_makers(self):
        return {
            **super()._card_makers(),
            "sofi_night": self._card_sofi_night,
            "sofi_files": self._card_sofi_files,
            "sofi_left_out": self._card_sofi_left_out,
        }

    def _card_sofi_night(self):
        """Return how the last nights went, and which residences had none."""
        now = fields.Datetime.now()
        recent = Domain("dry_run", "=", False) & Domain(
            "date_start", ">=", fields.Datetime.subtract(now, hours=LATE_HOURS)
        )
        nightly = self.env["sofi.residence"].search([("dry_run", "=", False)])
        served = self.env["sofi.morning"]._served(nightly)
        late, _bars = self._figures(
            MORNING,
            [("dry_run", "=", False)],
            [
                (
                    self.env._("Residences without an export for %s hours", LATE_HOURS),
                    [("id", "not in", served.ids)],
                    "danger",
                )
            ],
        )
        nights, _bars = self._figures(
            ACTION_EXPORTS,
            recent,
            [
                (
                    self.env._("Exports failed or in part"),
                    [("state", "in", ("failed", "partial"))],
                    "danger",
                ),
                (self.env._("Exports done"), [("state", "=", "done")], ""),
            ],
        )
        return [*late, *nights], []

    def _card_sofi_files(self):
        """Return the files that wait for Primmo, and what each month came to."""
        old = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        figures, _bars = self._figures(
            ACTION_FILES,
            WAITING,
            [
                (self.env._("Files waiting for Primmo"), [], ""),
                (
                    self.env._("… older than two days"),
                    [("create_date", "<", old)],
                    "warning",
                ),
            ],
        )
        return figures, self._monthly(
            "sofi.charge", [("state", "=", "archived")], "service_day", "amount"
        )

    def _card_sofi_left_out(self):
        """Return the charges that the last exports left out, by the reason."""
        charges = self.env["sofi.charge"]
        residences = self.env["sofi.residence"].search([("dry_run", "=", False)])
        reasons = charges._fields["skip_reason"]._description_selection(self.env)
        figures, _bars = self._figures(
            ACTION_CHARGES,
            self.env["sofi.morning"]._left_out_domain(residences),
            [
                (label, [("skip_reason", "=", reason)], "warning")
                for reason, label in reasons
            ],
            group_by=["residence_id"],
        )
        return [figure for figure in figures if figure["count"]], []
