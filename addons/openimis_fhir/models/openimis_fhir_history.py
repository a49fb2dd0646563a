from odoo import api, fields, models
from odoo.fields import Domain

from ..core.fhir_server import history
from .openimis_fhir_resource import aware


class OpenimisFhirInvoice(models.AbstractModel):
    """Changes of bills: those that live in their present version, the others buried."""

    _inherit = "openimis.fhir.invoice"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _history_bundle(self, asked, arguments=(), identifier=None):
        """One page of changes, newest first; `next` leads to the older ones.

        A page ends at a moment and a place within it, so what changes meanwhile, and
        thereby moves to the front, shifts no page.

        :param core.fhir_search.History asked: what is asked
        :param arguments: the query as (name, value), for the links
        :param str identifier: FHIR id of one bill, or None for all
        :raises FhirError: 404 when the bill is not known
        """
        moves, graves = self._history_domains(asked.since, identifier)
        if not identifier:
            moves &= self._settled_domain(self._updated_field)
            graves &= self._settled_domain("date")
        Move, Grave = self.env[self._model], self.env["openimis.fhir.tombstone"]
        total = Move.search_count(moves) + Grave.search_count(graves)
        if identifier and not total:
            self._find(identifier)  # says that it is not known
        limit = asked.count + 1
        order = f"{self._updated_field} desc, id desc"
        found = Move.search(
            moves & self._older(asked.cursor, 1, self._updated_field),
            order=order,
            limit=limit,
        )
        buried = Grave.search(
            graves & self._older(asked.cursor, 0, "date"),
            order="date desc, id desc",
            limit=limit,
        )
        marks = [(move[self._updated_field], 1, move.id) for move in found]
        marks += [(grave.date, 0, grave.id) for grave in buried]
        marks = sorted(marks, reverse=True)
        page = marks[: asked.count]
        links = [("self", self._history_url(arguments, identifier))]
        if len(marks) > len(page) > 0:
            links.append(
                (
                    "next",
                    self._history_url(arguments, identifier, asked.mark(*page[-1])),
                )
            )
        return history(total, links, self._versions(page, asked.view))

    @api.model
    def _gone_bundle(self, identifier, version):
        """History of a bill of which nothing is left but that it is gone.

        :param str identifier: FHIR id
        :param int version: the last that was told
        """
        path = f"Invoice/{identifier}"
        url = f"{self._base()}/{path}"
        entry = (url, path, version, aware(fields.Datetime.now()), None)
        return history(1, [("self", f"{url}/_history")], [entry])

    def _history_domains(self, since, identifier):
        """Domains of the bills and of the tombstones that are asked for."""
        moves, graves = self._base_domain(), Domain.TRUE
        if identifier:
            moves &= self._id_domain([identifier])
            graves &= Domain("uuid", "=", identifier)
        if since:
            moves &= Domain(self._updated_field, ">=", since)
            graves &= Domain("date", ">=", since)
        return moves, graves

    @staticmethod
    def _older(cursor, alive, field):
        """What comes after the page before; of one moment, the living first."""
        if not cursor:
            return Domain.TRUE
        moment, last_alive, last_id = cursor
        same = Domain(field, "=", moment)
        if alive == last_alive:
            return Domain(field, "<", moment) | same & Domain("id", "<", last_id)
        return Domain(field, "<", moment) | (same if last_alive else Domain.FALSE)

    def _versions(self, marks, view):
        """Entries of the bundle, a constant number of queries for all."""
        moves = self.env[self._model].browse(i for _m, alive, i in marks if alive)
        graves = self.env["openimis.fhir.tombstone"].browse(
            i for _m, alive, i in marks if not alive
        )
        entries = {(1, move.id): entry for move, entry in self._living(moves, view)}
        entries |= {(0, grave.id): self._dead(grave) for grave in graves}
        return [entries[alive, record_id] for _moment, alive, record_id in marks]

    def _living(self, moves, view):
        self._note_served(moves)
        for move, resource in zip(moves, self._parts(moves, view), strict=True):
            yield (
                move,
                (
                    self._full_url(resource),
                    f"Invoice/{resource['id']}",
                    move.openimis_fhir_version,
                    aware(move.openimis_fhir_updated),
                    resource,
                ),
            )

    def _dead(self, grave):
        path = f"Invoice/{grave.uuid}"
        url = f"{self._base()}/{path}"
        return url, path, grave.version, aware(grave.date), None

    def _history_url(self, arguments, identifier, cursor=None):
        start, separator, query = self._url(arguments, cursor).partition("?")
        middle = f"/{identifier}" if identifier else ""
        return f"{start}{middle}/_history{separator}{query}"
