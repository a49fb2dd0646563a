from odoo import fields, models


class OpenimisRecord(models.AbstractModel):
    """Key and life of a record whose master is openIMIS.

    The openIMIS UUID identifies the record within a company; its version (and
    the date of the last change) tells whether a delivery brings something new.
    """

    _name = "openimis.record"
    _description = "openIMIS Record"
    _inherit = ["exchange.engine.mixin"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    openimis_uuid = fields.Char("openIMIS UUID", copy=False)
    openimis_version = fields.Integer("openIMIS Version", copy=False)
    openimis_date_updated = fields.Datetime("Changed in openIMIS", copy=False)

    _openimis_uuid_uniq = models.UniqueIndex(
        "(company_id, openimis_uuid) WHERE openimis_uuid IS NOT NULL",
        "A record with this openIMIS UUID exists already in the company.",
    )
