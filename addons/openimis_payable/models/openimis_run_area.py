from odoo import api, fields, models
from odoo.fields import Domain

#: what findings are about that has an area of its own
LOCATED = (
    "openimis.claim",
    "openimis.policy",
    "openimis.premium",
    "openimis.family",
    "openimis.insuree",
)


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
        # by an area's name or code those only ask who may read it
        self.env["openimis.location"].check_access("read")
        model_field, id_field = self._run_fields
        # sudo: as above
        closings = self.env["openimis.closing"].sudo()
        inside = closings._search(Domain("location_id", operator, value))
        return Domain(model_field, "=", "openimis.closing") & Domain(
            id_field, "in", inside
        )


class ExchangeMessage(models.Model):
    """A finding about a claim belongs to the claim's area, others to their job's.

    A closing covers products, whose claims may come from any area.
    """

    _name = "exchange.message"
    _inherit = ["exchange.message", "openimis.run.area"]

    def _compute_openimis_location_id(self):
        result = super()._compute_openimis_location_id()
        for message in self.filtered(lambda m: m.res_model in LOCATED and m.res_id):
            # sudo: the area decides who may see the finding
            about = self.env[message.res_model].sudo().browse(message.res_id).exists()
            message.openimis_location_id = about.location_id
        return result

    @api.model
    def _search_openimis_location_id(self, operator, value):
        of_jobs = super()._search_openimis_location_id(operator, value)
        about = Domain.OR(
            Domain("res_model", "=", name)
            & Domain(
                "res_id",
                "in",
                # sudo: as above
                self.env[name].sudo()._search(Domain("location_id", operator, value)),
            )
            for name in LOCATED
        )
        return about | (Domain("res_model", "not in", LOCATED) & of_jobs)


class ExchangeJob(models.Model):
    """Jobs of a closing count its claims."""

    _name = "exchange.job"
    _inherit = ["exchange.job", "openimis.run.area"]
    _run_fields = ("res_model", "res_id")


class AccountBillingRunLine(models.Model):
    """Previewed bills of a closing."""

    _name = "account.billing.run.line"
    _inherit = ["account.billing.run.line", "openimis.run.area"]
