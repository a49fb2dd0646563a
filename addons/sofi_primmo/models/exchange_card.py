from odoo import api, fields, models

ACTION_RESIDENCES = "sofi_primmo.sofi_residence_action"
ACTION_EXPORTS = "sofi_primmo.sofi_export_action"
ACTION_FILES = "sofi_primmo.sofi_export_file_action"
ACTION_CHARGES = "sofi_primmo.sofi_charge_action"
#: A night is late when a residence has had no good export for so long.
LATE_HOURS = 36


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
        exports = self.env["sofi.export"]
        now = fields.Datetime.now()
        recent = [
            ("dry_run", "=", False),
            ("date_start", ">=", fields.Datetime.subtract(now, hours=LATE_HOURS)),
        ]
        unwell = [*recent, ("state", "in", ("failed", "partial"))]
        fine = exports.search([*recent, ("state", "in", ("done", "partial"))])
        late = self.env["sofi.residence"].search([("dry_run", "=", False)])
        late -= fine.file_ids.residence_id | self._sofi_empty(fine)
        return [
            self._figure(
                self.env._("Residences without an export for %s hours", LATE_HOURS),
                len(late),
                ACTION_RESIDENCES,
                [("id", "in", late.ids)],
                "danger",
            ),
            self._figure(
                self.env._("Exports failed or in part"),
                exports.search_count(unwell),
                ACTION_EXPORTS,
                unwell,
                "danger",
            ),
            self._figure(
                self.env._("Exports done"),
                exports.search_count([*recent, ("state", "=", "done")]),
                ACTION_EXPORTS,
                [*recent, ("state", "=", "done")],
            ),
        ], []

    def _sofi_empty(self, exports):
        """Return the residences of runs that ended well, with a file or without."""
        return exports.filtered(lambda run: run.state == "done").residence_ids

    def _card_sofi_files(self):
        """Return the files that wait for Primmo, and what each month came to."""
        files = self.env["sofi.export.file"]
        written = [("simulated", "=", False), ("state", "=", "done")]
        waiting = [*written, ("date_taken", "=", False), ("directory", "!=", False)]
        old = [
            *waiting,
            (
                "create_date",
                "<",
                fields.Datetime.subtract(fields.Datetime.now(), days=2),
            ),
        ]
        return [
            self._figure(
                self.env._("Files waiting for Primmo"),
                files.search_count(waiting),
                ACTION_FILES,
                waiting,
            ),
            self._figure(
                self.env._("… older than two days"),
                files.search_count(old),
                ACTION_FILES,
                old,
                "warning",
            ),
        ], self._monthly(
            "sofi.charge", [("state", "=", "archived")], "service_day", "amount:sum"
        )

    def _card_sofi_left_out(self):
        """Return the charges that the last runs left out, by the reason."""
        charges = self.env["sofi.charge"]
        week = fields.Datetime.subtract(fields.Datetime.now(), days=7)
        left_out = [("state", "=", "skipped"), ("create_date", ">=", week)]
        reasons = charges._fields["skip_reason"]._description_selection(self.env)
        counts = dict(
            charges._read_group(
                left_out, ["skip_reason"], ["sofi_charge_id:count_distinct"]
            )
        )
        return [
            self._figure(
                label,
                counts[reason],
                ACTION_CHARGES,
                [*left_out, ("skip_reason", "=", reason)],
                "warning",
                group_by=["residence_id"],
            )
            for reason, label in reasons
            if counts.get(reason)
        ], []
