from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

YEARS_PARAMETER = "sofi_primmo.retention_years"
DEFAULT_YEARS = 5


class PrimmoTenant(models.Model):
    """Forget people who left long ago; amounts stay (spec 12)."""

    # One file a concern: together they would be too long to read.
    _inherit = "primmo.tenant"  # pylint: disable=consider-merging-classes-inherited

    anonymized = fields.Boolean(readonly=True, copy=False)

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
        """Replace what tells who somebody was; numbers and amounts stay."""
        for tenant in self.sudo():  # sudo: the NAM goes too
            self.env["sofi.charge"].sudo().search(
                [
                    ("residence_id", "=", tenant.residence_id.id),
                    ("external_id", "=", tenant.external_id),
                ]
            ).write({"resident_name": False})
            tenant.write(
                {
                    "last_name": "–",
                    "first_name": tenant.external_id,
                    "birth_name": False,
                    "birth_date": False,
                    "sex": False,
                    "nam": False,
                    "nam_previous": False,
                    "nam_expiry": False,
                    "active": False,
                    "anonymized": True,
                }
            )
            tenant.nam_previous = False
