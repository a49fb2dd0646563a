from odoo import models

from ..core.exceptions import ServerFailed
from ..core.transport import Page


class OpenimisPull(models.Model):
    """Bills that vanished from openIMIS."""

    _inherit = "openimis.pull"  # pylint: disable=consider-merging-classes-inherited

    def _execute_missing(self):
        """Find bills that vanished from openIMIS (it keeps no tombstones in FHIR)."""
        transport = self._get_transport()
        gone = transport.deleted_bills()
        if gone is None:
            gone = self._ask_missing(transport)
        self.env["openimis.writer"]._mark_deleted(self, gone)

    def _ask_missing(self, transport):
        """UUIDs of known bills openIMIS no longer shows.

        The list is read only if its length is not what is known, or on request.
        """
        known = self.env["openimis.remote.record"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("kind", "=", "bill"),
                ("deleted", "=", False),
            ]
        )
        total = transport.count("bill")
        mark = self.connection_id.kind_ids.filtered(lambda line: line.kind == "bill")
        if total is None or (
            total == len(known) + mark.unreadable_count and not self.full
        ):
            return []
        listed, unreadable = self._listed_bills(transport, total)
        # sudo: what is known of a kind is the job's to say, its setup the manager's
        mark.sudo().unreadable_count = unreadable
        return [
            uuid
            for uuid in known.mapped("uuid")
            if uuid not in listed and self._is_gone(transport, uuid)
        ]

    def _is_gone(self, transport, uuid):
        """Whether openIMIS says so; a question it fails on otherwise is no answer."""
        try:
            return transport.bill(uuid) is None
        except ServerFailed:
            return False

    def _listed_bills(self, transport, total):
        size = self.connection_id.page_size
        found = Page()
        for start in range(0, total, size):
            self._check_cancelled()
            found.add(transport.page("bill", start, size))
        return {bill.uuid for bill in found.records}, len(found.problems)
