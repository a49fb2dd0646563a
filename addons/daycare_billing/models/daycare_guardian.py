from odoo import fields, models


class DaycareGuardian(models.Model):
    """How a debtor wants its invoices."""

    _inherit = "daycare.guardian"

    invoice_per_child = fields.Boolean(
        string="One Invoice per Child",
        groups="daycare.group_daycare_office",
        help="Instead of one invoice a month for all children; useful for communes.",
    )

    def _missing_address_fields(self):
        """Return the names of the address fields a QR-bill needs and that are empty."""
        self.ensure_one()
        names = [name for name in ("zip", "city", "country_id") if not self[name]]
        return names if self.street or self.street2 else ["street", *names]
