from collections import namedtuple
from contextlib import contextmanager

from odoo import models

from odoo.addons.exchange_run.told import told

from ..core import charge as core_charge
from ..core.const import Skip
from .sofi_charge import EXPORTED

# A charge, whether it goes into the file, and the id of the line that exported it.
Judged = namedtuple("Judged", "charge verdict earlier_id")


class SofiExport(models.Model):
    """Read the accepted charges of residences and judge each (spec 3.4, 4.4)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited

    def _file_of(self, residence):
        """Return the file of a residence in this run, those issued again apart."""
        # sudo: files and journal are written by runs only, nobody may edit them
        return self.sudo().file_ids.filtered(
            lambda f: f.residence_id == residence and not f.reissue_of_id
        )

    def _read(self, residence):
        """Return a logged-in client of a residence, and its accepted charges.

        :return: (SofiClient, to be closed; Listing of `Charge` records)
        :raises SofiError: whatever the client raises
        """
        ahead = told(self.env, "sofi_ahead")
        if ahead and residence.id in ahead:
            return ahead.take(residence.id)
        period = self._period_of(residence)
        return residence._reading(self._gate(residence), period=period)()

    @contextmanager
    def _logged_in(self, file):
        """Give a logged-in client for a file, or None where SOFI is not needed.

        :raises SofiError: whatever the client raises
        """
        if not file._needs_sofi():
            yield None
            return
        residence = file.residence_id
        ahead = told(self.env, "sofi_ahead")
        if ahead and residence.id in ahead:
            client = ahead.take(residence.id)
        else:
            client = residence._logging_in(self._gate(residence))()
        with client:
            yield client

    def _gate(self, residence):
        """Return what limits the requests to a residence's server in this run."""
        ahead = told(self.env, "sofi_ahead")
        return ahead and ahead.gate(residence._host())

    # === JUDGE ===

    def _judge(self, residence, listing):
        """Decide for each charge that was read whether it goes into the file.

        :param Listing listing: of `Charge` records
        :return: list of `Judged`
        """
        if listing.drifted:
            self._log(
                "warning",
                self.env._("The list of charges changed while it was read."),
                code="total_drift",
                residences=residence,
            )
        charges = self._accepted(residence, listing.rows)
        earlier = self._earlier_lines(residence, charges)
        return [self._judge_one(residence, charge, earlier) for charge in charges]

    def _accepted(self, residence, listed):
        """Return the accepted charges of the period among those SOFI listed.

        The server's filters are not trusted with what is billed.
        """
        accepted = residence.profile_id._to_core().value("accepted")
        period = self._period_of(residence)
        charges = [
            charge
            for charge in listed
            if charge.status == accepted
            and (charge.instant is None or charge.instant in period)
        ]
        if strange := len(listed) - len(charges):
            self._log(
                "warning",
                self.env._(
                    "%(residence)s: charges that SOFI listed although they are not "
                    "accepted or not of the period; they are ignored: %(count)s",
                    residence=residence.name,
                    count=strange,
                ),
                code="not_asked_for",
                residences=residence,
            )
        return self._chosen(residence, charges)

    def _judge_one(self, residence, charge, earlier):
        verdict = core_charge.judge(
            charge, residence.language, residence.strict_service_codes
        )
        if not verdict.skip and charge.id in earlier:
            verdict = core_charge.Verdict(Skip.ALREADY_EXPORTED)
        return Judged(charge, verdict, earlier.get(charge.id) or None)

    def _earlier_lines(self, residence, charges):
        """Return {SOFI charge id: journal line id} of what is in a file already.

        Also of files of another residence that spoke with the same SOFI site; the id
        of a line of another company is False.
        """
        # sudo: whether a charge was exported counts, whoever may see by whom
        lines = (
            self.env["sofi.charge"]
            .sudo()
            .search_fetch(
                [
                    ("residence_id", "in", [residence.id, *residence._twins().ids]),
                    ("sofi_charge_id", "in", [charge.id for charge in charges]),
                    ("state", "in", EXPORTED),
                ],
                ["sofi_charge_id", "company_id"],
                order="id",
            )
        )
        own = residence.company_id
        return {x.sofi_charge_id: x.company_id == own and x.id for x in lines}
