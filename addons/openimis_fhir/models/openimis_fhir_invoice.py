from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from odoo.addons.exchange_run.core.money import exact

from ..core.client import dumps
from ..core.const import BILL_STATUS_TO_FHIR
from ..core.fhir_search import BadSearch
from ..core.fhir_view import WHOLE
from ..core.outgoing import BillHead, Line, Party
from ..fhir_error import FhirError
from .openimis_fhir_resource import aware

BILL_TYPE = {
    "claim": "claim-batch",
    "capitation": "claim-batch",
    "commission": "commission",
    "fee": "fees",
    "cash": "policy",
    "contribution": "contribution",
    "other": "other",
}
REFUNDS = ("in_refund", "out_refund")
RECEIVABLES = ("out_invoice", "out_refund")
COLUMNS = (
    "id", "move_id", "type", "code", "description", "quantity", "unit_price",
    "discount", "deduction", "amount_net", "amount_tax", "account_id", "sequence",
)  # fmt: skip
LARGE = 1000
CHUNK = 2000


class OpenimisFhirInvoice(models.AbstractModel):
    """Bills and invoices of openIMIS as Invoice."""

    _name = "openimis.fhir.invoice"
    _description = "FHIR Invoice"
    _inherit = "openimis.fhir.resource"

    _resource = "Invoice"
    _model = "account.move"
    _updated_field = "openimis_fhir_updated"

    # === SEARCH ===

    @api.model
    def _base_domain(self):
        return (
            Domain("openimis_type", "!=", False)
            & Domain("openimis_uuid", "!=", False)
            & Domain("openimis_in_area", "=", True)
        )

    @api.model
    def _by_account(self, criterion):
        Account = self.env["account.account"]
        accounts = Account
        for company in self.env.user.company_ids:  # each has codes of its own
            asked = [("code", "in", criterion.value)]
            accounts |= Account.with_company(company).search(asked)
        return self._owed_domain(Domain("account_id", "in", accounts.ids))

    @api.model
    def _with_account(self):
        return self._owed_domain(Domain.TRUE)

    def _owed_domain(self, lines):
        """Bills with an entry of what is owed."""
        owed = Domain("display_type", "=", "payment_term")
        return Domain("line_ids", "any", lines & owed)

    @api.model
    def _by_claim(self, criterion):
        claims = self._claim_domain(criterion)
        return Domain("openimis_line_ids", "any", Domain("claim_id", "any", claims))

    @api.model
    def _with_claim(self):
        return Domain("openimis_line_ids", "any", Domain("claim_id", "!=", False))

    @api.model
    def _by_date(self, criterion):
        """By the day that is told: a draft without one has that of its entry."""
        undated = Domain("invoice_date", "=", False)
        return (~undated & self._date_domain("invoice_date", criterion)) | (
            undated & self._date_domain("date", criterion)
        )

    @api.model
    def _by_identifier(self, criterion):
        return self._identifier_domain(criterion, "openimis_code", "bill-code")

    @api.model
    def _by_issuer(self, criterion):
        return self._partner_domain("company_id.partner_id", criterion)

    @api.model
    def _by_recipient(self, criterion):
        """By who is told to be paid: the person, else the organization or person whose
        partner the bill has.
        """
        paid = self._partner_domain("partner_id", criterion) & self._organizations()
        persons = self._persons(self._patient_domain(criterion))
        paid |= ~self._organizations() & persons
        return self._by_subject(criterion) | (~self._with_subject() & paid)

    @api.model
    def _with_recipient(self):
        persons = self._persons(Domain.TRUE)
        return self._with_subject() | self._organizations() | persons

    def _persons(self, insurees):
        """Bills whose partner is an insured person."""
        found = self.env["openimis.insuree"]._search(
            insurees & Domain("partner_id", "!=", False)
        )
        return Domain("partner_id", "in", found.subselect("partner_id"))

    def _organizations(self):
        """Bills of what is served as Organization."""
        served = self.env["openimis.fhir.organization"]._base_domain()
        return Domain("partner_id", "any", served)

    @api.model
    def _by_status(self, criterion):
        return Domain("openimis_status", "in", self._status_numbers(criterion.value))

    @api.model
    def _by_subject(self, criterion):
        insurees = self.env["openimis.insuree"].search(self._patient_domain(criterion))
        links = [f"openimis.insuree,{insuree.id}" for insuree in insurees]
        return Domain("openimis_sender", "in", links)

    _by_patient = _by_subject

    @api.model
    def _with_subject(self):
        return Domain("openimis_sender", "=like", "openimis.insuree,%")

    _with_patient = _with_subject

    @api.model
    def _by_totalgross(self, criterion):
        return self._signed_domain("amount_total", criterion)

    @api.model
    def _by_totalnet(self, criterion):
        return self._signed_domain("amount_untaxed", criterion)

    def _signed_domain(self, field, criterion):
        """By an amount as it is told: credit notes are negative."""
        refunds = Domain("move_type", "in", REFUNDS)
        return (~refunds & self._amount_domain(field, criterion)) | (
            refunds & self._amount_domain(field, criterion, sign=-1)
        )

    @api.model
    def _by_type(self, criterion):
        wanted = [t for t, code in BILL_TYPE.items() if code in criterion.value]
        return Domain("openimis_type", "in", wanted)

    def _status_numbers(self, codes):
        known = set(BILL_STATUS_TO_FHIR.values())
        for code in codes:
            if code not in known:
                raise BadSearch("status", code)
        return [str(n) for n, code in BILL_STATUS_TO_FHIR.items() if code in codes]

    # === READ ===

    @api.model
    def _find(self, identifier):
        if "\0" not in identifier and not self.env[self._model].search_count(
            self._base_domain() & self._id_domain([identifier]), limit=1
        ):
            self._refuse_deleted(identifier)
        return super()._find(identifier)

    @api.model
    def _had_version(self, record, version):
        """Whether a bill has, or had, a version.

        :param str version: as `meta.versionId` told it; None for whichever is present
        :rtype: bool
        """
        present = record.openimis_fhir_version or 1
        return version is None or version in map(str, range(1, present + 1))

    @api.model
    def _find_version(self, identifier, version):
        """Bill in its present version, the only one that is kept.

        :param str version: as `meta.versionId` tells it
        :raises FhirError: 404 of any other version, 410 of a deleted bill
        """
        record = self._find(identifier)
        present = str(record.openimis_fhir_version or 1)
        if version != present:
            text = self.env._(
                "Only the present version of a bill is kept: that of Invoice/%(id)s is "
                "%(version)s.",
                id=identifier,
                version=present,
            )
            raise FhirError(404, "not-found", text)
        return record

    def _refuse_deleted(self, identifier):
        grave = self.env["openimis.fhir.tombstone"].search(
            [("uuid", "=", identifier)], limit=1
        )
        if grave:
            text = self.env._("The bill was deleted on %(date)s.", date=grave.date)
            raise FhirError(410, "deleted", text)

    @api.model
    def _headers(self, record):
        version = ("ETag", f'W/"{record.openimis_fhir_version}"')
        return [version, *super()._headers(record)]

    @api.model
    def _resources(self, records):
        builder = self._builder()
        lines = defaultdict(list)
        for move_id, line in self._lines(records):
            lines[move_id].append(line)
        return [
            builder.invoice(head, lines[move.id])
            for move, head in zip(records, self._heads(records), strict=True)
        ]

    @api.model
    def _parts(self, records, view=WHOLE):
        if view.keeps("lineItem"):
            return super()._parts(records, view)
        builder = self._builder()
        # the lines may be many and are not asked for
        return [view.of(builder.invoice_head(h)) for h in self._heads(records)]

    # === STREAM ===

    @api.model
    def _is_large(self, record):
        Line = self.env["openimis.payable.line"]
        return bool(Line.search([("move_id", "=", record.id)], offset=LARGE, limit=1))

    @api.model
    def _stream(self, record, view=WHOLE):
        """JSON of a bill in pieces, never more than a chunk of lines in memory.

        The request's cursor is closed by the time the answer is sent; this one is of
        its own, so head and lines are read from one snapshot.

        :param core.fhir_view.View view: which elements, `lineItem` among them
        :return: iterator of bytes
        """
        with self.env.registry.cursor() as cr:
            server = self.with_env(self.env(cr=cr))
            move = record.with_env(server.env)
            (head,) = server._heads(move)
            builder = server._builder()
            text = dumps(view.of(builder.invoice_head(head)))
            yield f'{text[:-1]},"lineItem":['.encode()
            separator = ""
            for lines in split_every(CHUNK, server._lines(move)):
                items = [builder.line_item(line, head.currency) for _id, line in lines]
                yield (separator + dumps(items)[1:-1]).encode()
                separator = ","
            yield b"]}"

    # === HEADS ===

    def _heads(self, moves):
        """Heads of bills, with a constant number of queries.

        :rtype: list[core.outgoing.BillHead]
        """
        moves.fetch(
            [
                "openimis_uuid",
                "openimis_code",
                "openimis_sender",
                "partner_id",
                "company_id",
            ]
        )
        accounts = self._accounts(moves)
        taxes = self._taxes(moves)
        insurees = self._insurees(moves)
        parties = self._parties(moves.partner_id)
        return [
            self._head(
                move,
                accounts.get(move.id),
                taxes.get(move.id, ()),
                insurees.get(move.id),
                parties.get(move.partner_id.id),
            )
            for move in moves
        ]

    def _head(self, move, account, taxes, insuree, party):
        sign = -1 if move.move_type in REFUNDS else 1
        recipient = insuree or party
        issuer = self._party(move.company_id.partner_id)
        status = int(move.openimis_status or 0)
        return BillHead(
            id=move.openimis_uuid,
            code=move.openimis_code or move.name or move.openimis_uuid,
            status=status,
            currency=move.currency_id.name,
            net=sign * exact(move.amount_untaxed, move.currency_id.decimal_places),
            gross=sign * exact(move.amount_total, move.currency_id.decimal_places),
            bill_type=BILL_TYPE[move.openimis_type],
            receivable=move.move_type in RECEIVABLES,
            refund=sign < 0,
            recipient=recipient,
            issuer=issuer,
            subject=insuree,
            date_bill=move.invoice_date or move.date,
            date_due=move.invoice_date_due or None,
            date_from=move.openimis_date_from or None,
            date_to=move.openimis_date_to or None,
            account=account[0] if account else None,
            account_name=account[1] if account else None,
            terms=move.openimis_terms or None,
            notes=(move.openimis_note or "",),
            taxes=taxes,
            cancelled_reason=self.env._("Cancelled") if status == 3 else None,
            updated=aware(move.openimis_fhir_updated),
            version=move.openimis_fhir_version or 1,
            replaces=move.openimis_replaces_id.openimis_uuid or None,
            replaced_by=move.openimis_replaced_by_id.openimis_uuid or None,
        )

    def _accounts(self, moves):
        """{move id: (code, name)} of the payable or receivable account."""
        lines = self.env["account.move.line"]._read_group(
            [
                ("move_id", "in", moves.ids),
                ("display_type", "=", "payment_term"),
            ],
            ["move_id", "account_id"],
        )
        return {
            move.id: (account.with_company(move.company_id).code, account.name)
            for move, account in lines
        }

    def _taxes(self, moves):
        """{move id: ((tax name, amount), …)} in the bill's currency."""
        groups = self.env["account.move.line"]._read_group(
            [("move_id", "in", moves.ids), ("tax_line_id", "!=", False)],
            ["move_id", "tax_line_id"],
            ["amount_currency:sum"],
        )
        taxes = defaultdict(list)
        for move, tax, amount in groups:
            outbound = move.move_type in ("in_invoice", "out_refund")
            sign = 1 if outbound else -1
            sign = -sign if move.move_type in REFUNDS else sign
            amount = exact(sign * amount, move.currency_id.decimal_places)
            taxes[move.id].append((tax.name, amount))
        return {move_id: tuple(found) for move_id, found in taxes.items()}

    def _insurees(self, moves):
        """{move id: Party} where an insuree is the third party; numbers, no names."""
        wanted = {
            move.id: move.openimis_sender.id
            for move in moves
            if move.openimis_sender and move.openimis_sender._name == "openimis.insuree"
        }
        insurees = self.env["openimis.insuree"].browse(wanted.values())
        insurees.fetch(["openimis_uuid"])
        uuids = {insuree.id: insuree.openimis_uuid for insuree in insurees}
        return {
            move_id: Party(
                uuids[i] or f"insuree-{i}", kind="Patient", has_uuid=bool(uuids[i])
            )
            for move_id, i in wanted.items()
        }

    # === LINES ===

    def _lines(self, moves, only=None):
        """Yield (move id, Line) of all bills, in order, fetched by the chunk.

        :param moves: bills
        :param only: ids of payable lines, when not all are wanted

        One query with the caller's record rules; bills without payable lines (credit
        notes made by hand) show their invoice lines.
        """
        with_lines = set()
        refunds = {move.id for move in moves if move.move_type in REFUNDS}
        digits = {move.id: move.currency_id.decimal_places for move in moves}
        accounts = {}
        for row in self._line_rows(moves, only):
            move_id = row[1]
            with_lines.add(move_id)
            yield (
                move_id,
                self._line(row, move_id in refunds, digits[move_id], accounts),
            )
        if only is not None:
            return
        bare = moves.filtered(lambda move: move.id not in with_lines)
        for line in bare.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        ):
            yield line.move_id.id, self._invoice_line(line, line.move_id.id in refunds)

    def _line_rows(self, moves, only=None):
        """Yield the rows of payable lines, in order, a chunk a query."""
        Line = self.env["openimis.payable.line"]
        domain = Domain("move_id", "in", moves.ids)
        if only is not None:
            domain &= Domain("id", "in", only)
        Line.flush_model(COLUMNS)
        table = SQL.identifier(Line._table)
        columns = [SQL("%s.%s", table, SQL.identifier(name)) for name in COLUMNS]
        position = SQL("(%(t)s.move_id, %(t)s.sequence, %(t)s.id)", t=table)
        last = None
        while True:
            query = Line._search(domain, order="move_id, sequence, id", limit=CHUNK)
            if last:
                query.add_where(SQL("%s > %s", position, last))
            rows = self.env.execute_query(query.select(*columns))
            yield from rows
            if len(rows) < CHUNK:
                return
            last = (rows[-1][1], rows[-1][12], rows[-1][0])

    def _line(self, row, refund, digits, accounts):
        (
            line_id, _move_id, kind, code, description, quantity, unit_price,
            discount, deduction, net, tax, account_id, _sequence,
        ) = row  # fmt: skip
        sign = -1 if refund else 1
        return Line(
            id=str(line_id),
            code=code,
            kind=kind,
            quantity=exact(quantity, 6).normalize(),
            unit_price=sign * exact(unit_price, 8).normalize(),
            net=sign * exact(net, digits),
            discount=sign * exact(discount, digits),
            deduction=sign * exact(deduction, digits),
            tax=sign * exact(tax, digits),
            description=description,
            account=self._account_code(account_id, accounts),
        )

    def _account_code(self, account_id, known):
        """Code of an account; a bill has few accounts, each is looked up once."""
        if account_id and account_id not in known:
            known[account_id] = self.env["account.account"].browse(account_id).code
        return known.get(account_id)

    def _invoice_line(self, line, refund):
        sign = -1 if refund else 1
        digits = line.currency_id.decimal_places
        net = exact(line.price_subtotal, digits)
        gross = exact(line.quantity * line.price_unit, digits)
        return Line(
            id=f"item-{line.id}",
            code=line.account_id.code or str(line.id),
            kind=line.move_id.openimis_type,
            quantity=exact(line.quantity, 6).normalize(),
            unit_price=sign * exact(line.price_unit, 8).normalize(),
            net=sign * net,
            discount=sign * (gross - net),
            tax=sign * (exact(line.price_total, digits) - net),
            description=line.name,
            account=line.account_id.code,
        )
