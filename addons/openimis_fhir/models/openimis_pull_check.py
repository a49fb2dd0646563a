from odoo import fields, models

from ..core.exceptions import ExchangeError, NotFound, ServerFailed

#: Kinds that are two descriptions of one record of openIMIS
SIBLINGS = {"policy": "premium", "premium": "policy"}
#: How many records that were not listed are asked for one by one in one pull.
ASKED_ALONE = 500


class OpenimisPullSeen(models.Model):
    """Keys of what a pull received, for as long as it works.

    A list may give an entry twice and another never. Only the distinct keys tell
    whether all there is has come, and which known record is no longer there.
    """

    _name = "openimis.pull.seen"
    _description = "Record Received by a Pull"
    _log_access = False
    _rec_name = "uuid"

    pull_id = fields.Many2one("openimis.pull", required=True, ondelete="cascade")
    kind = fields.Char(required=True)
    uuid = fields.Char(required=True)

    _key_uniq = models.UniqueIndex("(pull_id, kind, uuid)")


class OpenimisPull(models.Model):
    """Received equals there: what was found is compared with what came."""

    _inherit = "openimis.pull"  # pylint: disable=consider-merging-classes-inherited

    def _note_seen(self, kind, page):
        """Note the keys of a page, in the transaction that writes its records."""
        nameless = page.seen - len(page.keys)
        if nameless > 0:
            self._count(kind, "nameless", nameless)
        if page.keys and not self.file:
            self.env.cr.execute_values(
                "INSERT INTO openimis_pull_seen (pull_id, kind, uuid) VALUES %s "
                "ON CONFLICT DO NOTHING",
                [(self.id, kind, str(key)) for key in page.keys],
            )

    def _seen(self, kind):
        self.env.cr.execute(
            "SELECT uuid FROM openimis_pull_seen WHERE pull_id = %s AND kind = %s",
            [self.id, kind],
        )
        return {uuid for (uuid,) in self.env.cr.fetchall()}

    def _forget_seen(self):
        """Drop the keys; who resumes the pull still needs them."""
        if not self._incomplete_chunks():
            self.env.cr.execute(
                "DELETE FROM openimis_pull_seen WHERE pull_id = %s", [self.id]
            )

    def _check_received(self):
        """Compare what came of each kind with what was there, and look for the rest.

        Kinds with pages that failed are left: «Resume» reads these, and compares then.
        """
        for kind, since in self._complete_kinds().items():
            try:
                self._check_kind(kind, since)
            except ExchangeError as error:
                self._count(kind, "failed", 1)
                self._log("error", self.connection_id._explain(error), code=error.code)

    def _complete_kinds(self):
        """{kind: since when} of the kinds of which every page was read."""
        # sudo: chunks are the engine's own bookkeeping, no user has rights on them
        chunks = (
            self.env["exchange.chunk"]
            .sudo()
            .search([("run_model", "=", self._name), ("run_id", "=", self.id)])
        )
        pages = chunks.filtered(lambda chunk: chunk.payload.get("task") == "page")
        unread = {c.payload["kind"] for c in pages if c.state != "done"}
        return {
            chunk.payload["kind"]: fields.Datetime.to_datetime(chunk.payload["since"])
            for chunk in pages
            if chunk.payload["kind"] not in unread
        }

    def _check_kind(self, kind, since):
        total = self._counted(kind, "found")
        found = None
        # a failing entry may have come on two pages, and hide that another never came
        lacking = total - len(self._seen(kind))
        line = self.connection_id.kind_ids.filtered(lambda line: line.kind == kind)
        known = kind != "claim" and line.lacking_count
        if 0 < lacking <= known and not self.full:
            return self._log_known_lacking(kind, lacking)
        if lacking > 0:
            found = self._read_rest(kind, since)
            # meanwhile something may have been deleted there
            total = min(total, self._get_transport().of(kind).count(kind, since) or 0)
            # sudo: what is known of a kind is the job's to say, its setup the manager's
            line.sudo().lacking_count = _failing(found) if not since else 0
        missing = getattr(found, "lost", None)  # GraphQL does not tell it apart
        if missing is None:
            missing = self._missing(kind, total)
        if missing > 0:
            self._count(kind, "failed", missing)
            self._log(
                "error",
                self.env._(
                    "%(kind)s: openIMIS has %(found)s entries and gave %(missing)s of "
                    "them on no page. They are asked for again at the next pull.",
                    kind=self._kind_label(kind),
                    found=total,
                    missing=missing,
                ),
                code=f"{kind}.incomplete",
            )
        elif kind == "claim" and self._get_transport().of(kind).is_whole(kind, since):
            self._find_withdrawn()

    def _log_known_lacking(self, kind, lacking):
        """Say what openIMIS cannot give, without searching for it every time."""
        self._log(
            "warning",
            self.env._(
                "%(kind)s: openIMIS cannot give %(count)s of its entries in its list, "
                "as before. They are looked for one by one whenever everything is "
                "asked for.",
                kind=self._kind_label(kind),
                count=lacking,
            ),
            code=f"{kind}.known_lacking",
        )

    def _counted(self, kind, action):
        return ((self.counters or {}).get(kind) or {}).get(action, 0)

    def _missing(self, kind, total):
        """Number of entries that are there and did not come; nameless ones did."""
        return total - len(self._seen(kind)) - self._counted(kind, "nameless")

    def _read_rest(self, kind, since):
        """Read once more in another way, where the transport knows one."""
        rest = getattr(self._get_transport().of(kind), "rest", None)
        if not rest:
            return None
        # sudo: as in `_incomplete_kinds`
        known = self.env["openimis.remote.record"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("kind", "=", kind),
                ("deleted", "=", False),
            ]
        )
        names = known.mapped("uuid")
        if sibling := SIBLINGS.get(kind):
            # the other list of the same records has names this one fails on
            names += list(self._seen(sibling))
        found = rest(kind, self._seen(kind), names, since)
        self._take(kind, found.page)
        return found

    # === WITHDRAWN CLAIMS ===

    def _find_withdrawn(self):
        """Claims known here that the whole list no longer shows.

        openIMIS says nothing of a withdrawn claim, it just is no more. So each is asked
        for by itself before it is believed.
        """
        seen = self._seen("claim")
        known = self.env["openimis.remote.record"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("kind", "=", "claim"),
                ("deleted", "=", False),
            ]
        )
        transport = self._get_transport().of("claim")
        absent = known.filtered(lambda row: row.uuid not in seen)[:ASKED_ALONE]
        gone = absent.filtered(lambda row: self._is_withdrawn(transport, row.uuid))
        self.env["openimis.writer"]._mark_withdrawn(self, gone)

    def _is_withdrawn(self, transport, uuid):
        """Whether openIMIS says so; a question it fails on is no answer."""
        try:
            return transport.claim(uuid) is None
        except (ServerFailed, NotFound):
            return False


def _failing(found):
    """Number of entries that are there, and openIMIS fails on in whatever way.

    :param found: what looking for the rest of a list brought, None where nobody can
    """
    if getattr(found, "lost", 1):
        return 0
    named = [p for p in found.page.problems if p.code == ServerFailed.code]
    return found.failing + len(named)
