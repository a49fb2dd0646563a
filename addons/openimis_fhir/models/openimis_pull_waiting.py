from datetime import timedelta

from psycopg2.extras import Json

from odoo import api, fields, models

from odoo.addons.exchange_run.told import telling

from ..core import const
from ..core.record_json import from_json, to_json

#: Records of one kind that wait in a pull; what is more comes at the next pull.
MOST_WAITING = 5000
#: Days after which what waits for a pull that nobody resumed is dropped.
KEEP_DAYS = 30


class OpenimisPullWaiting(models.Model):
    """Records that point at one that has not come, until all have come.

    In the database, so that whichever worker ends the pull finds them. They may name
    persons: no user has rights on them, and they go when the pull ends.
    """

    _name = "openimis.pull.waiting"
    _description = "Record Waiting in a Pull"
    _log_access = False
    _rec_name = "uuid"

    pull_id = fields.Many2one("openimis.pull", required=True, ondelete="cascade")
    kind = fields.Char(required=True)
    uuid = fields.Char(required=True)
    record = fields.Json(required=True)
    unfinished = fields.Boolean(
        help="It was written without what it points at; otherwise it was left out."
    )

    _key_uniq = models.UniqueIndex("(pull_id, kind, uuid)")

    @api.autovacuum
    def _gc_abandoned(self):
        """Drop what waits for pulls that ended long ago and were not resumed."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.search([("pull_id.date_end", "<", limit)]).unlink()


class OpenimisPull(models.Model):
    """Write at once what pointed at records that a list gave late."""

    _inherit = "openimis.pull"  # pylint: disable=consider-merging-classes-inherited

    def _note_waiting(self, kind, waiting, unfinished=False):
        """Keep records until all others have come, in the transaction of their page.

        :param str kind: key of `core.const.KINDS`
        :param list waiting: records of `core.records`
        :param bool unfinished: they were written without what they point at
        """
        if not waiting:
            return
        mine = [("pull_id", "=", self.id), ("kind", "=", kind)]
        room = MOST_WAITING - self._waiting().search_count(mine)
        if room <= 0:
            return
        self.env.cr.execute_values(
            "INSERT INTO openimis_pull_waiting (pull_id, kind, uuid, record, "
            "unfinished) VALUES %s ON CONFLICT (pull_id, kind, uuid) DO UPDATE "
            "SET record = EXCLUDED.record, unfinished = EXCLUDED.unfinished",
            [
                (self.id, kind, record.uuid, Json(to_json(record)), unfinished)
                for record in waiting[:room]
            ],
        )
        self._waiting().invalidate_model()

    def _forget_waiting(self):
        self._waiting().search([("pull_id", "in", self.ids)]).unlink()

    def _take_waiting(self):
        """Write what pointed at records that came later in this pull."""
        waiting = {}
        for row in self._waiting().search([("pull_id", "=", self.id)], order="id"):
            key = (row.kind, row.unfinished)
            waiting.setdefault(key, []).append(from_json(row.record))
        self._forget_waiting()
        writer = telling(self.env["openimis.writer"], openimis_last_try=True)
        completing = telling(writer, openimis_completes=True)
        for kind in const.KINDS:
            if left_out := waiting.get((kind, False)):
                self._take_left_out(writer, kind, left_out)
            if unfinished := waiting.get((kind, True)):
                completing._take(self, kind, unfinished)

    def _take_left_out(self, writer, kind, records):
        problems = writer._take(self, kind, records)
        left = {problem.key for problem in problems}
        arrived = {writer._called(record) for record in records} - left
        said = self.exchange_message_ids.filtered(
            lambda message: message.code == f"{kind}.reference"
            and message.value in arrived
        )
        self._count(kind, "failed", -len(said))
        # sudo: what was said of them is no longer so; nobody else deletes findings
        said.sudo().unlink()

    def _waiting(self):
        # sudo: the program's own bookkeeping, no user has rights on it
        return self.env["openimis.pull.waiting"].sudo()
