from odoo import models


class AccountChartTemplate(models.AbstractModel):
    """A company that gets its accounts can invoice care from then on."""

    _inherit = "account.chart.template"

    def _post_load_data(self, template_code, company, template_data):
        result = super()._post_load_data(template_code, company, template_data)
        (company or self.env.company)._daycare_prepare_billing()
        return result
