from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.exchange_run.core.text import fold

YEARS_PARAMETER = "sofi_primmo.retention_years"
DEFAULT_YEARS = 5
ADMINISTRATOR = "sofi_primmo.group_sofi_administrator"
#: Models whose rows belong to a record by (model, id), and the names of the two.
BESIDE = (
    ("ir.attachment", "res_model", "res_id"),
    ("mail.message", "model", "res_id"),
    ("mail.activity", "res_model", "res_id"),
    ("mail.followers", "res_model", "res_id"),
    ("exchange.message", "res_model", "res_id"),
    ("sofi.convention.issue", "res_model", "res_id"),
)


class PrimmoTenant(models.Model):
    """Forget people who left long ago; amounts stay (spec 12)."""

    # One file a concern: together they would be too long to read.
    _inherit = "primmo.tenant"  # pylint: disable=consider-merging-classes-inherited

    anonymized = fields.Boolean(readonly=True, copy=False, engine=True)
    anonymized_date = fields.Date(readonly=True, copy=False, engine=True)

    @api.autovacuum
    def _gc_departed(self):
        """Anonymize tenants some years after their departure."""
        # sudo: the retention time is a technical parameter
        parameter = self.env["ir.config_parameter"].sudo()
        years = int(parameter.get_param(YEARS_PARAMETER, DEFAULT_YEARS))
        limit = fields.Date.today() - relativedelta(years=years)
        self.with_context(active_test=False).search(
            [("departure_date", "<", limit), ("anonymized", "=", False)]
        )._anonymize()

    def _anonymize(self):
        """Replace what tells who somebody was, in every copy; amounts stay.

        The customer stays as well: the law on books asks for the name on invoices.
        """
        if not self:
            return
        tenants = self.sudo()  # sudo: the NAM goes too, and so do the runs' own rows
        tenants._anonymize_charges()
        tenants._anonymize_residents()
        tenants._forget_copies()
        for tenant in tenants:
            tenant.write(
                {
                    "last_name": "–",
                    "first_name": tenant.external_id,
                    "birth_name": False,
                    "birth_date": False,
                    "sex": False,
                    "language": False,
                    "unit": False,
                    "nam": False,
                    "nam_expiry": False,
                    "resident_id": False,
                    "decision": False,
                    "active": False,
                    "anonymized": True,
                    "anonymized_date": fields.Date.today(),
                }
            )
        # What replacing the NAM has just kept goes last.
        tenants.write({"nam_previous": False, "nam_temporary_since": False})

    def _anonymize_charges(self):
        """Take the names from the journal of charges and from previews of invoices."""
        Charge = self.env["sofi.charge"]
        for residence, tenants in self.grouped("residence_id").items():
            Charge.search(
                [
                    ("residence_id", "=", residence.id),
                    ("external_id", "in", tenants.mapped("external_id")),
                ]
            ).write({"resident_name": False})
        wanted = {(t.residence_id.id, t.external_id): t for t in self}
        lines = self.env["account.billing.run.line"].search(
            [
                ("converter", "=", "sofi.billing.converter"),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        for line in lines:
            if tenant := wanted.get(line._key()[:2]):
                number = tenant.external_id
                line.label = f"{tenant.residence_id.name} – {number}"

    def _anonymize_residents(self):
        """Forget them in the copy of SOFI's list as well."""
        Resident = self.env["sofi.resident"].with_context(active_test=False)
        for residence, tenants in self.grouped("residence_id").items():
            numbers = tenants.mapped("external_id")
            known = Resident.search(
                [
                    ("residence_id", "=", residence.id),
                    ("external_id", "in", numbers),
                ]
            )
            (known | tenants.resident_id)._anonymize()

    def _forget_copies(self):
        """Delete what was written elsewhere about these people and their residents."""
        residents = self.resident_id
        lines = self.env["sofi.sync.line"].search([("tenant_id", "in", self.ids)])
        nobody = [fields.Command.clear()]
        lines.write(
            {
                "changes": False,
                "detail": False,
                "candidate_ids": nobody,
                "suggestion_ids": nobody,
            }
        )
        for model, model_field, id_field in BESIDE:
            for records in (self, residents, lines):
                self.env[model].with_context(active_test=False).search(
                    [
                        (model_field, "=", records._name),
                        (id_field, "in", records.ids),
                    ]
                ).unlink()
        # These name people who are nearly the same; the next check finds them anew.
        self.env["sofi.convention.issue"].search(
            [
                ("residence_id", "in", self.residence_id.ids),
                ("kind", "=", "match_near"),
            ]
        ).unlink()
        lists = self.env["primmo.import"].search(
            [("residence_id", "in", self.residence_id.ids), ("kind", "=", "tenant")]
        )
        lists._forget_list()
        names = {*map(fold, self.mapped("last_name")), *map(fold, self.mapped("nam"))}
        lists.filtered(
            lambda run: any(name and name in fold(run.file_name) for name in names)
        ).file_name = False

    def action_lift_anonymization(self):
        """Let the next list fill in somebody who has come back.

        :raises AccessError: only administrators may bring a person back
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(
                self.env._("Only an administrator can bring back a forgotten person.")
            )
        # sudo: the mark is written by the retention and by this button only
        self.sudo().write(
            {"anonymized": False, "anonymized_date": False, "departure_date": False}
        )
        return True
