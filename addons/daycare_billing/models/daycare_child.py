from odoo import fields, models


class DaycareChild(models.Model):
    """What is billed for a child."""

    _inherit = "daycare.child"

    service_ids = fields.One2many(
        "daycare.child.service",
        "child_id",
        string="Services",
        groups="daycare.group_daycare_billing",
    )
    subsidy_ids = fields.One2many(
        "daycare.subsidy",
        "child_id",
        string="Subsidies",
        groups="daycare.group_daycare_billing",
    )
    debtor_share_ids = fields.One2many(
        "daycare.debtor.share",
        "child_id",
        string="Other Debtors",
        groups="daycare.group_daycare_billing",
    )
    billing_line_ids = fields.One2many(
        "daycare.billing.line",
        "child_id",
        string="Billed Months",
        groups="daycare.group_daycare_billing",
    )

    def action_view_billing_lines(self):
        """Open what was calculated and billed for the child.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "daycare_billing.action_daycare_billing_line"
        )
        return {
            **action,
            "domain": [("child_id", "=", self.id)],
            "context": {"search_default_group_month": 1},
        }
