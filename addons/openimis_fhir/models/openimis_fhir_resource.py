import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from werkzeug.http import http_date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from odoo.addons.openimis_payable.models.rights import has_right

from ..core.const import UUID_SYSTEM
from ..core.fhir_build import Builder
from ..core.fhir_search import BadSearch, Criterion, encode_cursor
from ..core.fhir_served import SERVED
from ..core.fhir_server import searchset
from ..core.fhir_view import WHOLE
from ..core.outgoing import Party
from ..fhir_error import FhirError

#: number of a record: what the database takes, in the digits of ASCII only
RECORD_ID = re.compile(r"[0-9]{1,9}")
CLOCKS_DIFFER = timedelta(seconds=2)
#: resources that are added to a page at most
MAX_INCLUDED = 2000
#: comparison of an amount that is told with the other sign
MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
SERVERS = {
    "Invoice": "openimis.fhir.invoice",
    "ChargeItem": "openimis.fhir.charge.item",
    "PaymentNotice": "openimis.fhir.payment.notice",
    "PaymentReconciliation": "openimis.fhir.payment.reconciliation",
    "Organization": "openimis.fhir.organization",
    "Claim": "openimis.fhir.claim",
}


class OpenimisFhirResource(models.AbstractModel):
    """One kind of FHIR resource over one model, with the caller's rights.

    Subclasses name the model, translate search criteria into domains and build the
    resources of a page with a constant number of queries.
    """

    _name = "openimis.fhir.resource"
    _description = "FHIR Resource"

    _resource = None
    _model = None
    #: openIMIS' rights, one of which is needed to read (spec section 2)
    _rights = ("156101",)
    _updated_field = "write_date"

    @api.model
    def _server(self, resource):
        """Return the model that serves a resource name."""
        return self.env[SERVERS[resource]]

    # === HOOKS ===

    @api.model
    def _base_domain(self):
        """What is served at all."""
        return Domain.TRUE

    @api.model
    def _id_domain(self, ids):
        """Records with these FHIR ids."""
        return Domain("openimis_uuid", "in", ids)

    @api.model
    def _criterion_domain(self, criterion):
        """Domain of what a search parameter asks for.

        A method `_by_<parameter>` decides where there is one, else the column the table
        `SERVED` names.

        :param core.fhir_search.Criterion criterion: as parsed
        """
        if criterion.operator == "missing":
            there = self._given_domain(criterion.parameter)
            return ~there if criterion.value else there
        if criterion.operator == "not in":
            return ~self._criterion_domain(replace(criterion, operator="in"))
        by = getattr(self, f"_by_{criterion.parameter.replace('-', '_')}", None)
        if by:
            return by(criterion)
        known = SERVED[self._resource].parameters[criterion.parameter]
        if known.kind == "date":
            return self._date_domain(known.column, criterion)
        if known.kind == "quantity":
            return self._amount_domain(known.column, criterion)
        if known.kind == "string":
            return self._text_domain(known.column, criterion)
        return Domain(known.column, "in", criterion.value)

    @api.model
    def _given_domain(self, parameter):
        """Records that have a value of a search parameter (`:missing=false`)."""
        known = SERVED[self._resource].parameters[parameter]
        if not known.optional:
            return Domain.TRUE
        given = getattr(self, f"_with_{parameter.replace('-', '_')}", None)
        return given() if given else Domain(known.column, "!=", False)

    @api.model
    def _by__id(self, criterion):
        return self._id_domain(criterion.value)

    @api.model
    def _by__lastUpdated(self, criterion):  # noqa: N802 - the parameter's name
        return self._date_domain(self._updated_field, criterion)

    @api.model
    def _resources(self, records):
        """Resources of records, as dicts, in their order."""
        raise NotImplementedError

    @api.model
    def _parts(self, records, view=WHOLE):
        """What is asked for of the resources of records.

        :param core.fhir_view.View view: which elements
        """
        return [view.of(resource) for resource in self._resources(records)]

    @api.model
    def _note_served(self, records):
        """Write down to whom records were served: bills name patients and diagnoses."""
        if records:
            self.env["exchange.access"]._note("fhir", records, (self._resource,))

    @api.model
    def _is_large(self, record):
        """Whether the resource is better streamed."""
        return False

    @api.model
    def _headers(self, record):
        """Headers that tell one version of a resource from the next."""
        return [("Last-Modified", http_date(aware(record[self._updated_field])))]

    # === READ ===

    @api.model
    def _check_right(self):
        """Refuse who may not read this resource.

        :raises FhirError: 403 naming the right in openIMIS' words
        """
        if has_right(self.env, *self._rights):
            return
        names = [
            # sudo: what a right is called is no secret
            self.env.ref(f"openimis_payable.group_right_{code}").sudo().name
            for code in self._rights
        ]
        text = self.env._(
            "To read %(kind)s you need openIMIS' right %(rights)s. Ask your "
            "administrator for it.",
            kind=self._resource,
            rights=" / ".join(names),
        )
        raise FhirError(403, "forbidden", text)

    @api.model
    def _find(self, identifier):
        """Record with that FHIR id.

        :raises FhirError: 404 when there is none for this user
        """
        records = self.env[self._model]
        if "\0" not in identifier:  # which the database does not take
            records = records.search(
                self._base_domain() & self._id_domain([identifier]), limit=1
            )
        if not records:
            raise FhirError(
                404,
                "not-found",
                self.env._(
                    "%(kind)s/%(id)s is not known.", kind=self._resource, id=identifier
                ),
            )
        return records

    # === SEARCH ===

    @api.model
    def _search_bundle(self, search, arguments):
        """Bundle of one page.

        Pages are cut by position (sort value and id), not by number, and the first
        page fixes the highest id: what is created meanwhile does not shift a page.

        :param core.fhir_search.Search search: what is asked
        :param arguments: the query as (name, value), for the links
        """
        Model = self.env[self._model]
        domain = self._search_domain(search)
        if self._follows_changes(search):
            domain &= self._settled_domain(self._updated_field)
        upper = int(search.cursor[0]) if search.cursor else self._highest_id(domain)
        domain &= Domain("id", "<=", upper)
        total = Model.search_count(domain)
        records = Model.browse()
        if search.count:
            records = Model.search(
                domain & self._after(search),
                order=self._order_by(search),
                limit=search.count + 1,
            )
        page = records[: search.count]
        links = [("self", self._url(arguments))]
        if len(records) > search.count > 0:
            cursor = self._cursor(search, upper, page[-1])
            links.append(("next", self._url(arguments, cursor)))
        resources = self._parts(page, search.view)
        self._note_served(page)
        entries = {self._full_url(resource): resource for resource in resources}
        included = self._included(search, page, resources)
        added = [pair for pair in included.items() if pair[0] not in entries]
        return searchset(total, links, entries.items(), added)

    @api.model
    def _check_includes(self, search):
        """Refuse who may not read what is to be added.

        :raises FhirError: 403 naming the right
        """
        for include in search.includes:
            kind = include.source if include.reverse else include.target
            self._server(kind)._check_right()

    @api.model
    def _included(self, search, page, resources):
        """{address: resource} of what is to be added to a page.

        :raises FhirError: 422 when it is too much for one answer
        """
        added = {}
        for include in search.includes:
            kind = include.source if include.reverse else include.target
            server = self._server(kind)
            if include.reverse:
                ids = [resource["id"] for resource in resources]
                systems = (self._resource,) * len(ids)
                asked = Criterion(include.parameter, "in", ids, systems)
                domain = server._criterion_domain(asked)
            else:
                named = self._named(include.parameter, page)
                domain = Domain("id", "in", named.ids)
            records = self.env[server._model].search(
                server._base_domain() & domain, order="id", limit=MAX_INCLUDED + 1
            )
            if len(records) + len(added) > MAX_INCLUDED:
                text = self.env._(
                    "More than %s resources would be added to this page. Ask for a "
                    "smaller _count.",
                    MAX_INCLUDED,
                )
                name = "_revinclude" if include.reverse else "_include"
                raise FhirError(422, "too-costly", text, name)
            self._note_served(records)
            for resource in server._resources(records):
                added[server._full_url(resource)] = resource
        return added

    def _named(self, parameter, records):
        """Records of the first target that a reference of these records names."""
        named = getattr(self, f"_named_{parameter.replace('-', '_')}", None)
        path = SERVED[self._resource].parameters[parameter].path
        return named(records) if named else records.mapped(path)

    @staticmethod
    def _follows_changes(search):
        """Whether the caller may go on next time from the latest moment it is told."""
        asked = {name for name, _descending in search.order}
        asked |= {criterion.parameter for criterion in search.criteria}
        return "_lastUpdated" in asked

    @api.model
    def _settled_moment(self):
        """Moment before which every change has been written, or taken back.

        A change carries the moment its transaction began, or later, and is seen when it
        ends. Somebody who goes on from the latest moment he saw would miss a change
        that began earlier and ended after he asked.

        :return: naive UTC datetime
        """
        self.env.cr.execute("SELECT pg_stat_clear_snapshot()")
        ((oldest, now),) = self.env.execute_query(
            SQL(
                """
                SELECT MIN(xact_start) AT TIME ZONE 'UTC',
                       clock_timestamp() AT TIME ZONE 'UTC'
                  FROM pg_stat_activity
                 WHERE datname = current_database() AND usename = current_user
                   AND pid != pg_backend_pid() AND xact_start IS NOT NULL
                   AND backend_type = 'client backend'
                   AND application_name != 'pg_dump'
                """
            )
        )
        # the clocks of Odoo and of the database differ a little
        return oldest.replace(microsecond=0) - CLOCKS_DIFFER if oldest else now

    @api.model
    def _settled_domain(self, field):
        """What changed before the moment the caller of this request is told of."""
        moment = self.env.context.get("fhir_settled")
        return Domain(field, "<", moment) if moment else Domain.TRUE

    @api.model
    def _matches(self, search, limit=None):
        """Records a search finds, for who may read them."""
        return self.env[self._model].search(
            self._search_domain(search), order="id", limit=limit
        )

    def _search_domain(self, search):
        return self._base_domain() & Domain.AND(
            self._criterion_domain(criterion) for criterion in search.criteria
        )

    def _identifier_domain(self, criterion, field, system):
        """Domain of records by openIMIS' UUID, or by the code in a field.

        :param str system: last part of the code's naming system, as `Builder` names it;
            where the server stands in it does not matter
        """
        uuids, codes = [], []
        for asked, value in criterion.pairs():
            if asked in (None, "", UUID_SYSTEM):
                uuids.append(value)
            if asked is None or asked.endswith(f"/sid/{system}"):
                codes.append(value)
        return Domain("openimis_uuid", "in", uuids) | Domain(field, "in", codes)

    def _date_domain(self, field, criterion):
        """Domain of a half-open range of moments on a date or datetime field."""
        if criterion.operator == "outside":
            start, end = criterion.value
            return Domain(field, "<", start) | Domain(field, ">=", end)
        value = criterion.value
        if self.env[self._model]._fields[field].type == "date":
            value = value.date()
        return Domain(field, criterion.operator, value)

    def _amount_domain(self, field, criterion, sign=1):
        """Domain of a comparison with an amount, in a currency where one is named.

        :param int sign: -1 where the field's amount is told with the other sign
        """
        if criterion.operator == "outside":
            low, high = (sign * float(value) for value in criterion.value)
            low, high = sorted((low, high))
            compared = Domain(field, "<", low) | Domain(field, ">=", high)
        else:
            operator = criterion.operator
            operator = operator if sign > 0 else MIRRORED[operator]
            compared = Domain(field, operator, sign * float(criterion.value))
        if criterion.systems:
            compared &= Domain("currency_id.name", "in", criterion.systems)
        return compared

    def _text_domain(self, field, criterion):
        """Domain of a text parameter; `%` and `_` are letters like others."""
        text = escape_psql(criterion.value)
        if criterion.operator == "exact":
            return Domain(field, "=like", text)
        start = "%" if criterion.operator == "contains" else ""
        return Domain(field, "=ilike", f"{start}{text}%")

    def _highest_id(self, domain):
        return self.env[self._model].search(domain, order="id desc", limit=1).id or 0

    def _sort_fields(self, search):
        """[(field, whether descending)] of the keys of a search."""
        known = SERVED[self._resource].parameters
        return [
            (self._updated_field if key == "_lastUpdated" else known[key].column, down)
            for key, down in search.order
        ]

    def _order_by(self, search):
        keys = [*self._sort_fields(search), ("id", search.by_id_descending)]
        return ", ".join(f"{field} {'desc' if down else 'asc'}" for field, down in keys)

    def _after(self, search):
        """Domain of what comes after the page before."""
        if not search.cursor:
            return Domain.TRUE
        _upper, *values, last = search.cursor
        keys = [
            (field, down, self._sort_value(field, value))
            for (field, down), value in zip(
                self._sort_fields(search), values, strict=True
            )
        ]
        to_sql = _beyond(keys, search.by_id_descending, int(last))
        return Domain.custom(to_sql=to_sql)

    def _cursor(self, search, upper, record):
        values = []
        for field, _descending in self._sort_fields(search):
            # a letter before it: an empty text is a value, too
            value = record[field]
            values.append("" if value is False else f"={value}")
        return encode_cursor(upper, *values, record.id)

    def _sort_value(self, field, text):
        """Value of a key in a cursor; None where the record had none.

        :raises BadSearch: when it is none of ours
        """
        if not text:
            return None
        value = text.removeprefix("=")
        if self.env[self._model]._fields[field].type not in ("date", "datetime"):
            return value
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise BadSearch("_cursor", text) from None

    def _url(self, arguments, cursor=None):
        if cursor and self.env.context.get("fhir_body"):
            # what came in a body stays out of addresses, and would be too long there
            kept = [(n, v) for n, v in arguments if n != "_cursor"]
            key = self.env.context.get("fhir_page") or self.env[
                "openimis.fhir.query"
            ]._keep(self._resource, kept)
            arguments = [("_page", key)]
        if cursor:
            arguments = [(n, v) for n, v in arguments if n != "_cursor"]
            arguments.append(("_cursor", cursor))
        query = f"?{urlencode(arguments)}" if arguments else ""
        return f"{self._base()}/{self._resource}{query}"

    def _full_url(self, resource):
        return f"{self._base()}/{self._resource}/{resource['id']}"

    # === FOR BUILDERS ===

    def _base(self):
        return self.env.context.get("fhir_base") or (
            # sudo: the public address of this server is no secret
            self.env["ir.config_parameter"].sudo().get_param("web.base.url", "")
            + "/fhir/R4"
        )

    def _builder(self):
        return Builder(self._base())

    def _party(self, partner):
        """Party of an organization, named."""
        if not partner:
            return None
        return Party(
            self._partner_id(partner),
            partner.name or "",
            has_uuid=bool(partner.openimis_uuid),
        )

    def _parties(self, partners):
        """{partner id: Party} of whoever bills and payments name.

        Organizations are named. Insured persons are numbers, without a name; about
        other persons, such as a family's head who is no insuree here, nothing is told.
        """
        # sudo: whether a partner is an organization or an insured person decides what
        # may leave, whatever the caller may see; who reads payments need not be let
        # see officers and payers
        served = self.env["openimis.fhir.organization"].sudo()._base_domain()
        organizations = (
            self.env["res.partner"]
            .sudo()
            .search(served & Domain("id", "in", partners.ids))
        )
        insurees = (
            self.env["openimis.insuree"]
            .sudo()
            .search_fetch(
                [("partner_id", "in", (partners - organizations).ids)],
                ["partner_id", "openimis_uuid"],
            )
        )
        parties = {insuree.partner_id.id: self._person(insuree) for insuree in insurees}
        return parties | {
            partner.id: self._party(partner)
            for partner in partners
            if partner in organizations
        }

    @staticmethod
    def _person(insuree):
        """Party of an insured person: a number, never a name."""
        uuid = insuree.openimis_uuid
        return Party(
            uuid or f"insuree-{insuree.id}", kind="Patient", has_uuid=bool(uuid)
        )

    @staticmethod
    def _partner_id(partner):
        return partner.openimis_uuid or f"partner-{partner.id}"

    def _partner_domain(self, field, criterion):
        """Records whose partner is one of the organizations asked for."""
        ids = criterion.ids("Organization")
        return Domain(f"{field}.openimis_uuid", "in", ids) | Domain(
            field, "in", record_ids(ids, "partner-")
        )

    def _patient_domain(self, criterion):
        """Insured persons asked for, as domain of `openimis.insuree`."""
        ids = criterion.ids("Patient")
        plain = Domain("id", "in", record_ids(ids, "insuree-"))
        return Domain("openimis_uuid", "in", ids) | (
            plain & Domain("openimis_uuid", "=", False)
        )

    def _claim_domain(self, criterion):
        """Claims asked for, as domain of `openimis.claim`."""
        return self._server("Claim")._id_domain(criterion.ids("Claim"))


def record_ids(ids, prefix=""):
    """Numbers of records among FHIR ids; what is none of ours is passed over.

    :param ids: texts of a caller
    :param str prefix: what stands before the number
    :rtype: list[int]
    """
    return [
        int(text.removeprefix(prefix))
        for text in ids
        if text.startswith(prefix) and RECORD_ID.fullmatch(text.removeprefix(prefix))
    ]


def aware(moment):
    """FHIR instants carry a zone; Odoo's are UTC without one."""
    return fields.Datetime.to_datetime(moment).replace(tzinfo=UTC) if moment else None


def _beyond(keys, descending, last):
    """Condition of what is sorted after a record, to the microsecond.

    Odoo's own comparison of moments knows whole seconds only, and would pass over
    records written within the same second. PostgreSQL puts what has no value last, and
    first when descending. The last key is compared together with the id where both go
    the same way, which an index answers.

    :param keys: [(field, whether descending, value of the record or None)]
    :param bool descending: whether equal ones are sorted by descending id
    :param int last: id of the record
    """

    def to_sql(model, alias, query):
        record = SQL.identifier(alias, "id")
        by_id = SQL("%s %s %s", record, SQL("<" if descending else ">"), last)
        found, same = [], []
        for position, (field, down, value) in enumerate(keys, start=1):
            column = model._field_to_sql(alias, field, query)
            sign = SQL("<" if down else ">")
            both = position == len(keys) and down == descending and value is not None
            if value is None:
                later = SQL("%s IS NOT NULL", column) if down else SQL("FALSE")
            elif both:
                later = SQL("(%s, %s) %s (%s, %s)", column, record, sign, value, last)
            else:
                later = SQL("%s %s %s", column, sign, value)
            if value is not None and not down:
                later = SQL("(%s OR %s IS NULL)", later, column)
            found.append(SQL(" AND ").join([*same, later]))
            if both:
                break
            equal = SQL("%s IS NULL", column)
            if value is not None:
                equal = SQL("%s = %s", column, value)
            same.append(equal)
        else:
            found.append(SQL(" AND ").join([*same, by_id]))
        return SQL("(%s)", SQL(") OR (").join(found))

    return to_sql
