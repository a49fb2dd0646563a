from odoo import fields, models

from odoo.addons.exchange_run.core.clock import is_of_our_time
from odoo.addons.exchange_run.core.money import exact

from ..core.exceptions import SofiProtocolError

EMPTY = {"integer": 0, "monetary": 0}


class SofiMirrorMixin(models.AbstractModel):
    """A record as SOFI has it, refreshed through the API; not edited here."""

    _name = "sofi.mirror.mixin"
    _description = "Record of SOFI"

    residence_id = fields.Many2one(
        "sofi.residence", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="residence_id.company_id", store=True, index=True, precompute=True
    )
    sofi_id = fields.Char(string="SOFI Number", required=True, index=True)
    active = fields.Boolean(default=True)

    _sofi_id_uniq = models.UniqueIndex("(residence_id, sofi_id)")

    #: Endpoint of the API profile
    _sofi_endpoint = None
    #: Field here -> SOFI's field, by the connector's names
    _sofi_fields = {}

    def _refresh(self, residence, client):
        """Make this table equal to SOFI's list: create, change, archive what is gone.

        :param sofi.residence residence: the residence
        :param SofiClient client: logged in
        :return: number of records
        :rtype: int
        :raises SofiError: SOFI cannot be read, or tells something impossible
        """
        listed = client.read_all(self._sofi_endpoint).rows
        return self._take_over(residence, listed, client.profile.field)

    def _take_over(self, residence, listed, name):
        """Make this table equal to SOFI's list, see `_refresh`.

        :param list listed: its JSON objects, all of them
        :param name: callable giving SOFI's name of a field
        :return: number of records
        :rtype: int
        :raises SofiProtocolError: SOFI tells something impossible
        """
        rows = {
            str(row[name("id")]): self._prepare_mirror_vals(row, name) for row in listed
        }
        # sudo: mirrors are refreshed by jobs only, nobody edits them
        Mirror = self.sudo().with_context(active_test=False)
        known = Mirror.search([("residence_id", "=", residence.id)])
        for record in known:
            values = rows.pop(record.sofi_id, {"active": False})
            if changed := record._changed_values(values):
                record.write(changed)
        Mirror.create(
            [
                {"residence_id": residence.id, "sofi_id": sofi_id, **values}
                for sofi_id, values in rows.items()
            ]
        )
        return self.search_count([("residence_id", "=", residence.id)])

    def _changed_values(self, values):
        """Return those of SOFI's values that this record has to take over."""
        self.ensure_one()
        return {k: v for k, v in values.items() if self[k] != v}

    def _prepare_mirror_vals(self, row, name):
        """Return the values of one JSON object.

        :param dict row: as SOFI gave it
        :param name: callable giving SOFI's name of a field
        :raises SofiProtocolError: naming the field whose value is impossible
        """
        values = {"active": True}
        for field, theirs in self._sofi_fields.items():
            value = row.get(name(theirs))
            try:
                values[field] = self._mirror_value(field, value)
            except (ValueError, ArithmeticError) as error:
                raise SofiProtocolError(f"{self._name}, {field}") from error
        return values

    def _mirror_value(self, field, value):
        """Return a value of SOFI as the field takes it.

        :raises ValueError: it cannot
        """
        kind = self._fields[field].type
        if value is None:
            # What SOFI does not say of its state is in use.
            return field == "active" if kind == "boolean" else EMPTY.get(kind, False)
        if kind == "date":
            day = fields.Date.to_date(str(value)[:10])
            if day and not is_of_our_time(day):
                raise ValueError(value)
            return day
        if kind == "monetary":
            return float(exact(value, 2))
        if kind == "integer":
            return int(value)
        if kind == "boolean":
            return bool(value)
        return str(value)
