from odoo import models
from odoo.exceptions import UserError
from odoo.tools import groupby

#: Lines that a preview or a simulation shows of what would be exported.
WOULD_GO = ("preview", "simulated")
#: So many lines still make a document that somebody reads and signs.
MOST_LINES = 20_000


class SofiExport(models.Model):
    """What would be exported, on paper, per resident, for the director to sign."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited

    def action_print_trial(self):
        """Print what a preview or a dry run would export.

        :return: report action
        :raises UserError: there is nothing that would be exported, or too much
        """
        self.ensure_one()
        self.check_access("read")
        count = self.env["sofi.charge"].search_count(self._trial_domain())
        if not count:
            raise UserError(
                self.env._(
                    "%(run)s shows nothing that would be exported: preview it, or make "
                    "a dry run.",
                    run=self.name,
                )
            )
        if count > MOST_LINES:
            raise UserError(
                self.env._(
                    "%(run)s has %(count)s charges, too many for one document: make a "
                    "dry run of fewer residences or days.",
                    run=self.name,
                    count=count,
                )
            )
        report = self.env.ref("sofi_primmo.action_report_trial")
        return report.report_action(self, config=False)

    def _trial_domain(self):
        return [
            ("export_id", "=", self.id),
            ("state", "in", (*WOULD_GO, "skipped")),
        ]

    def _trial(self):
        """Return what would be exported, as the report shows it.

        :return: list of dict per residence: `residence`, `residents` (list of dict
            with `name`, `number`, `lines` and `amount`), `left_out` (lines),
            `count`, `amount`
        """
        self.ensure_one()
        lines = self.env["sofi.charge"].search(
            self._trial_domain(),
            order="residence_id, resident_name, external_id, service_date, id",
        )
        pages = []
        for residence, mine in lines.grouped("residence_id").items():
            going = mine.filtered(lambda line: line.state in WOULD_GO)
            pages.append(
                {
                    "residence": residence,
                    "residents": self._trial_residents(going),
                    "left_out": mine - going,
                    "count": len(going),
                    "amount": self._trial_total(going),
                }
            )
        return pages

    def _trial_residents(self, lines):
        residents = []
        key = lambda line: (line.external_id, line.resident_name)  # noqa: E731
        for (number, name), mine in groupby(lines, key):
            found = lines.browse(line.id for line in mine)
            residents.append(
                {
                    "name": name or "–",
                    "number": number,
                    "lines": found,
                    "amount": self._trial_total(found),
                }
            )
        return residents

    def _trial_total(self, lines):
        return self.currency_id.round(sum(lines.mapped("amount")))
