from datetime import UTC, date, datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.account_billing_run.bulk import insert_rows
from odoo.addons.exchange_run.core.money import exact

from ..core import charge as core_charge

EXPORTED = ("written", "archived", "archive_failed", "archived_elsewhere")


class SofiCharge(models.Model):
    """Journal of the charges: what each run read, wrote, archived or left out.

    Once archived, SOFI no longer lists a charge as accepted: the journal is the only
    place that knows which file it is in.
    """

    _name = "sofi.charge"
    _description = "SOFI Charge"
    _inherit = ["account.billing.source.mixin"]
    _order = "export_id desc, file_id, external_id, service_date, sofi_charge_id"
    _rec_name = "sofi_charge_id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    residence_id = fields.Many2one(
        "sofi.residence", required=True, check_company=True, ondelete="restrict"
    )
    export_id = fields.Many2one(
        "sofi.export", string="Run", required=True, index=True, ondelete="restrict"
    )
    file_id = fields.Many2one(
        "sofi.export.file", index="btree_not_null", ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("preview", "Preview"),
            ("skipped", "Left out"),
            ("simulated", "Simulated"),
            ("written", "Written"),
            ("archived", "Archived"),
            ("archive_failed", "Not archived"),
            ("archived_elsewhere", "Archived by somebody else"),
            ("dropped", "Taken out again"),
            ("reexported", "Exported again"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
    )
    skip_reason = fields.Selection(
        [
            ("no_external_id", "Resident without External ID"),
            ("service_code_format", "Service code is not six digits"),
            ("service_code_unknown", "Service code outside the convention"),
            ("not_a_sac", "Not a service à la carte"),
            ("already_exported", "Exported by an earlier run"),
            ("invalid_charge", "Cannot be read"),
        ],
        string="Left Out Because",
        index="btree_not_null",
    )
    detail = fields.Char(help="What is worth saying about the charge.")
    advice = fields.Char(
        string="What to Do",
        compute="_compute_advice",
        help="What lets the next export take a charge that was left out.",
    )
    refusal = fields.Char(
        string="SOFI's Refusal",
        help="The code SOFI gave for not archiving the charge; Detail says it in "
        "words.",
    )
    earlier_id = fields.Many2one(
        "sofi.charge",
        string="Exported Before",
        index="btree_not_null",
        help="The line of the journal that exported this charge.",
    )
    archive_batch = fields.Integer(help="Charges of one batch are archived together.")
    sofi_charge_id = fields.Char(string="SOFI Charge", required=True)
    external_id = fields.Char(string="External ID", help="Number of the Primmo tenant.")
    sofi_resident_id = fields.Char(string="SOFI Resident")
    # Who invoices sees the customer; the resident's name is for who works with SOFI.
    resident_name = fields.Char(
        string="Resident", groups="sofi_primmo.group_sofi_viewer"
    )
    sofi_service_id = fields.Char(string="SOFI Service")
    service_code = fields.Char()
    description = fields.Char()
    service_date = fields.Datetime(string="Service Instant")
    service_day = fields.Date(string="Service Date")
    quantity = fields.Float(digits=(12, 2))
    unit_price = fields.Float(digits=(16, 6))
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(help="To bill, before tax.")
    discount = fields.Monetary()

    # One charge is in one file only, whatever runs at the same time.
    _exported_uniq = models.UniqueIndex(
        "(residence_id, sofi_charge_id)"
        " WHERE state IN ('written', 'archived', 'archive_failed',"
        " 'archived_elsewhere')",
        "This charge is in another file already.",
    )

    @api.model
    def _write_lines(self, common, rows):
        """Create journal lines past the ORM, which takes several times as long.

        Nothing is lost: a line is new, so it is to be billed; its residence and file
        are of its company; the database itself guards that it is exported once.

        :param dict common: as `_prepare_common` gives it
        :param list rows: as `_prepare_vals` gives them
        :raises UniqueViolation: a charge is in another file already
        """
        insert_rows(self, [common | row for row in rows])

    def _read_columns(self, *names):
        """Return values past the ORM, which keeps each of them in memory.

        :param names: of stored fields, the same for all languages and companies
        :return: list of tuples in the order of the ids, numbers as exact texts
        """
        columns = [
            SQL("%s::text", SQL.identifier(name))
            if self._fields[name].type in ("float", "monetary")
            else SQL.identifier(name)
            for name in names
        ]
        query = "SELECT %s FROM sofi_charge WHERE id = ANY(%s) ORDER BY id"
        self.flush_recordset(names)
        return self.env.execute_query(SQL(query, SQL(", ").join(columns), self.ids))

    def _put_archived(self):
        """Keep that the charges are archived, in one statement past the ORM.

        Nothing that is stored depends on it.
        """
        self.flush_recordset(["state", "write_uid", "write_date"])
        query = """
            UPDATE sofi_charge
               SET state = 'archived', write_uid = %s, write_date = %s
             WHERE id = ANY(%s)
        """
        self.env.cr.execute(query, [self.env.uid, self.env.cr.now(), self.ids])
        self.invalidate_recordset(["state", "write_uid", "write_date"], flush=False)

    @api.model
    def _prepare_common(self, export, residence):
        """Return the journal values that all charges of a residence share."""
        return {
            "company_id": residence.company_id.id,
            "residence_id": residence.id,
            "export_id": export.id,
            "currency_id": self._cad().id,
            "billing_state": "to_bill",
        }

    @api.model
    def _prepare_vals(self, charge, language, **vals):
        """Return the journal values of a charge read from SOFI.

        :param Charge charge: as read
        :param str language: `FR` or `EN`, of the description
        :param vals: state and what goes with it
        :return: always the same keys, all of them columns
        """
        instant = charge.instant and charge.instant.replace(tzinfo=None)
        return {
            "sofi_charge_id": charge.id,
            "external_id": charge.external_id,
            "sofi_resident_id": charge.resident_id,
            "resident_name": charge.resident_name,
            "sofi_service_id": charge.service_id,
            "service_code": charge.service_code,
            "description": charge.description(language),
            "service_date": instant and instant.replace(microsecond=0),
            "service_day": charge.day,
            "quantity": charge.quantity,
            "unit_price": charge.unit_price,
            "amount": charge.amount,
            "discount": charge.discount,
            "skip_reason": None,
            "earlier_id": None,
            "file_id": None,
            "archive_batch": None,
            **vals,
        }

    @api.depends("skip_reason")
    @api.depends_context("lang")
    def _compute_advice(self):
        env = self.env
        advice = {
            "no_external_id": env._(
                "Primmo's number of the resident is missing in SOFI. Enter it there as "
                "the External ID, or let a synchronization do so: the next export "
                "takes the charge."
            ),
            "service_code_format": env._(
                "Correct the code of the service in SOFI: it has six digits."
            ),
            "service_code_unknown": env._(
                "Correct the code of the service in SOFI: the convention does not "
                "know it."
            ),
            "not_a_sac": env._(
                "Nothing: only services à la carte are exported, no rent."
            ),
            "already_exported": env._(
                "Nothing, as Primmo bills it already. If it does not, a manager "
                "exports the charge again."
            ),
            "invalid_charge": env._("Correct the charge in SOFI; Detail says what."),
        }
        for charge in self:
            charge.advice = advice.get(charge.skip_reason)

    @api.model
    def _cad(self):
        """Return the Canadian dollar, the only currency SOFI bills in."""
        return self.env.ref("base.CAD")

    def _to_core(self):
        """Return the charge as the writer of the file takes it."""
        self.ensure_one()
        return core_charge.Charge(
            id=self.sofi_charge_id,
            status="accepted",
            external_id=self.external_id or "",
            resident_id=self.sofi_resident_id or "",
            resident_name="",
            service_id=self.sofi_service_id or "",
            service_code=self.service_code or "",
            description_fr=self.description or "",
            description_en=self.description or "",
            instant=self.service_date.replace(tzinfo=UTC),
            day=self.service_day,
            quantity=exact(self.quantity, 2),
            unit_price=exact(self.unit_price),
            amount=exact(self.amount, 2),
            discount=exact(self.discount, 2),
        )

    @api.model
    def _example(self):
        """Return the charge that shows what a layout writes."""
        return core_charge.Charge(
            id="900001",
            status="accepted",
            external_id="T00123",
            resident_id="551",
            resident_name="",
            service_id="31",
            service_code="200120",
            description_fr="Aide au bain",
            description_en="Bath assistance",
            instant=datetime(2025, 11, 3, 14, 5, tzinfo=UTC),
            day=date(2025, 11, 3),
            quantity=Decimal("2.00"),
            unit_price=Decimal("12.00"),
            amount=Decimal("24.00"),
            discount=Decimal("0.00"),
        )
