from odoo import fields, models


class OpenimisClaim(models.Model):
    """Claims of which the transport could not tell everything."""

    _inherit = "openimis.claim"

    amounts_untold = fields.Boolean(
        "Amounts Not Told in Full",
        copy=False,
        help="openIMIS' FHIR shows a price or quantity of zero, and a price that "
        "nobody gave, as the one asked for. Such a claim may be worth less than its "
        "lines say, so it is not billed. Pull claims by GraphQL, or compare its lines "
        "with openIMIS and untick this.",
    )
