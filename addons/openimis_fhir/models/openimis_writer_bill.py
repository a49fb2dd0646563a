from odoo import models
from odoo.fields import Command

from .openimis_writer import number

#: whom a bill is paid to -> kind, model, its field and the bill's attribute to find it
PARTIES = {
    "facility": ("facility", "res.partner", "openimis_uuid", "third_party_uuid"),
    "payer": ("payer", "openimis.payer", "openimis_uuid", "third_party_uuid"),
    # a user has no UUID of his officer, but his login is the officer's code
    "officer": ("officer", "openimis.officer", "code", "third_party_code"),
    "insuree": ("insuree", "openimis.insuree", "openimis_uuid", "third_party_uuid"),
}
PARTY_TYPES = {"user": "officer", "core user": "officer", "payer": "payer"}
LINE_MONEY = ("quantity", "unit_price", "discount", "deduction", "net", "total")


class OpenimisWriter(models.AbstractModel):
    """Bills of openIMIS itself, and what happens to them there."""

    _inherit = "openimis.writer"  # pylint: disable=consider-merging-classes-inherited

    def _by_uuid(self, connection, model, uuids):
        if model != "openimis.remote.bill":
            return super()._by_uuid(connection, model, uuids)
        return {}  # never brought by another way than the exchange

    def _refs_bill(self, connection, records):
        return {
            "connection": connection,
            "party": self._third_parties(connection, records),
            "currency": {
                currency.name: currency
                for currency in self.env["res.currency"].search([])
            },
        }

    def _third_parties(self, connection, records):
        """{(type, UUID or code): contact} of those whom bills are paid to."""
        parties = {}
        for party_type, (_kind, model, field, attribute) in PARTIES.items():
            keys = [
                getattr(record, attribute)
                for record in records
                if _party_type(record) == party_type
            ]
            for key, found in self._by(connection, model, field, keys).items():
                partner = found if model == "res.partner" else found.partner_id
                parties[party_type, key] = partner
        return parties

    def _lacks_bill(self, kinds, refs, record):
        """The kind of third party that may come later, pulled now or not yet."""
        return [] if _party(refs, record) else [PARTIES[_party_type(record)][0]]

    def _vals_bill(self, refs, record):
        currency = refs["currency"].get(record.currency)
        if not currency:
            self._need(refs["currency"], record.currency, "Invoice.totalNet.currency")
        party = _party(refs, record)
        vals = {
            "connection_id": refs["connection"].id,
            "uuid": record.uuid,
            "version": record.version or 0,
            "code": record.code,
            "status": str(record.status) if record.status is not None else False,
            "bill_type": record.bill_type,
            "partner_id": party.id if party else False,
            "third_party_type": _party_type(record),
            "third_party": record.third_party_code or record.third_party_uuid,
            "date_bill": record.date_bill,
            "date_due": record.date_due,
            "date_payed": record.date_payed,
            "currency_id": currency.id,
            "amount_net": number(record.net),
            "amount_total": number(record.total),
            "amount_discount": number(record.discount),
            "code_tp": record.code_tp,
            "code_ext": record.code_ext,
            "terms": record.terms,
            "note": record.note,
            "valid_to": record.valid_to,
            "replaced_by_uuid": record.replaced_by,
            "line_ids": [Command.clear()]
            + [
                Command.create(self._vals_bill_line(sequence, line))
                for sequence, line in enumerate(record.lines, start=1)
            ],
        }
        return vals

    def _create_copies(self, pull, kind, Model, vals_list):
        if kind != "bill":
            return super()._create_copies(pull, kind, Model, vals_list)
        # sudo: openIMIS' bills are the exchange's own copies, nobody writes them by
        # hand; what was read is written for the company of the job, whose right to
        # pull was checked
        return Model.sudo().create(vals_list).sudo(False)

    def _update_bill(self, _pull, copy, vals):
        copy.sudo().write(vals)  # sudo: as above

    def _vals_bill_line(self, sequence, line):
        return {
            "sequence": sequence,
            "code": line.code or str(sequence),
            "kind": line.kind,
            "description": line.description,
            "ledger_account": line.ledger_account,
            "source_uuid": line.source_uuid,
            "details": line.details,
            **{name: number(getattr(line, name)) for name in LINE_MONEY},
        }

    def _after_bill(self, pull, refs, written):
        """Notice amended bills: same code under a new UUID, or named as replaced."""
        bills = self.env["openimis.remote.bill"].union(*(copy for *_x, copy in written))
        if bills:
            amended = bills._find_amended()
            pull._count("bill", "proposal", len(amended._propose(pull, "replace")))

    def _mark_deleted(self, pull, uuids):
        """Note bills that are gone and propose what to do about them.

        :param list uuids: openIMIS UUIDs of deleted bills; unknown ones are ignored
        """
        rows = self.env["openimis.remote.record"].search(
            [
                ("connection_id", "=", pull.connection_id.id),
                ("kind", "=", "bill"),
                ("uuid", "in", list(uuids)),
                ("deleted", "=", False),
            ]
        )
        if not rows or pull.dry_run:
            return
        bills = self.env["openimis.remote.bill"].browse(rows.mapped("res_id"))
        # sudo: the rows are the exchange's own bookkeeping, nobody edits them by hand
        rows.sudo().deleted = True
        bills.sudo().write({"deleted": True, "status": "4"})  # sudo: likewise
        pull._count("bill", "delete", len(bills))
        pull._count("bill", "proposal", len(bills._propose(pull, "delete")))


def _party_type(record):
    """Key of `PARTIES`; a facility where openIMIS does not say (FHIR)."""
    told = (record.third_party_type or "").lower()
    return told if told in PARTIES else PARTY_TYPES.get(told, "facility")


def _party(refs, record):
    party_type = _party_type(record)
    attribute = PARTIES[party_type][3]
    return refs["party"].get((party_type, getattr(record, attribute)))
