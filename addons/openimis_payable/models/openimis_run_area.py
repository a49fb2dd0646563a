from odoo import api, fields, models
from odoo.fields import Domain


class OpenimisRunArea(models.AbstractModel):
    """What belongs to a job belongs to the area of that job."""

    _name = "openimis.run.area"
    _description = "openIMIS Area by Job"

    #: fields that name the job: its model and its id
    _run_fields = ("run_model", "run_id")

    openimis_location_id = fields.Many2one(
        "openimis.location",
        "openIMIS Area",
        compute="_compute_openimis_location_id",
        search="_search_openimis_location_id",
    )

    def _compute_openimis_location_id(self):
        model_field, id_field = self._run_fields
        for record in self:
            closing = record[model_field] == "openimis.closing" and record[id_field]
            # sudo: the area decides who may see the record
            closings = self.env["openimis.closing"].sudo()
            record.openimis_location_id = closings.browse(closing or []).location_id

    @api.model
    def _search_openimis_location_id(self, operator, value):
        model_field, id_field = self._run_fields
        # sudo: as above
        closings = self.env["openimis.closing"].sudo()
        inside = closings._search(Domain("location_id", operator, value))
        return Domain(model_field, "=", "openimis.closing") & Domain(
            id_field, "in", inside
        )


class ExchangeMessage(models.Model):
    """Findings of a closing name its claims."""

    _name = "exchange.message"
    _inherit = ["exchange.message", "openimis.run.area"]


class ExchangeJob(models.Model):
    """Jobs of a closing count its claims."""

    _name = "exchange.job"
    _inherit = ["exchange.job", "openimis.run.area"]
    _run_fields = ("res_model", "res_id")


class AccountBillingRunLine(models.Model):
    """Previewed bills of a closing."""

    _name = "account.billing.run.line"
    _inherit = ["account.billing.run.line", "openimis.run.area"]
