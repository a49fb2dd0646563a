from odoo import models


class PrimmoTenant(models.Model):
    """The customer of a tenant."""

    # One file a concern: together they would be too long to read.
    _inherit = "primmo.tenant"  # pylint: disable=consider-merging-classes-inherited

    def action_create_customer(self):
        """Give tenants without a customer a contact of their own.

        Neither the NAM nor the date of birth leaves this record.
        """
        self.check_access("write")
        todo = self.filtered(lambda x: not x.partner_id and not x.anonymized)
        languages = {code[:2] for code, _name in self.env["res.lang"].get_installed()}
        # sudo: operators make these contacts, they need no right on all contacts
        partners = (
            self.env["res.partner"]
            .sudo()
            .create([tenant._prepare_partner_vals(languages) for tenant in todo])
        )
        for tenant, partner in zip(todo, partners, strict=True):
            tenant.partner_id = partner
        return True

    def _prepare_partner_vals(self, languages):
        self.ensure_one()
        vals = {
            "name": f"{self.first_name} {self.last_name}",
            "ref": self.external_id,
            "company_id": self.company_id.id,
            "customer_rank": 1,
        }
        short = (self.language or "").lower()
        if short in languages:
            installed = self.env["res.lang"].get_installed()
            vals["lang"] = next(code for code, _name in installed if code[:2] == short)
        return vals
