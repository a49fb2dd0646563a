from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core import charge as core_charge


class SofiResidence(models.Model):
    """How the charges of a residence are read, several residences at once."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.residence"  # pylint: disable=consider-merging-classes-inherited

    parallel_requests = fields.Integer(
        string="Requests at Once",
        required=True,
        default=2,
        help="How many requests the SOFI server of this address may get at the same "
        "time during a run over several residences. The smallest number of the "
        "residences on one server counts. 1: one after the other.",
    )

    @api.constrains("parallel_requests")
    def _check_parallel_requests(self):
        for residence in self:
            if not 1 <= residence.parallel_requests <= 8:
                raise ValidationError(
                    self.env._(
                        "%(residence)s: choose 1 to 8 requests at once.",
                        residence=residence.name,
                    )
                )

    def _request_limits(self):
        """Return {host: requests at once}, the smallest number of its residences."""
        limits = defaultdict(list)
        for residence in self:
            limits[residence._host()].append(residence.parallel_requests)
        return {host: min(numbers) for host, numbers in limits.items()}

    def _reading(self, gate=None, *, period):
        """Return a callable that logs in and reads all accepted charges.

        It may be called in any thread: what it needs of the database is read here.

        :param gate: limits the requests at once, see `Transport`
        :param Period period: of the services
        :return: callable giving (SofiClient, Listing of `Charge` records)
        :raises SofiConfigError: when the address may not be used
        """
        client = self._client(gate)
        reader = core_charge.Reader(self.timezone, client.profile.field)

        def read():
            try:
                client.login()
                return client, client.accepted_charges(
                    period, reader.convert, reader.unnamed
                )
            except Exception:
                with client:
                    raise

        return read

    def _logging_in(self, gate=None):
        """Return a callable that logs in, in any thread.

        :param gate: limits the requests at once, see `Transport`
        :return: callable giving the SofiClient
        :raises SofiConfigError: when the address may not be used
        """
        client = self._client(gate)

        def login():
            try:
                client.login()
            except Exception:
                with client:
                    raise
            return client

        return login
