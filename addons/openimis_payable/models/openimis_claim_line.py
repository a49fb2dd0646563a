from odoo import api, fields, models

PRICE_DIGITS = (18, 4)


class OpenimisClaimLine(models.Model):
    """Item or service of a claim, with the money of every stage.

    openIMIS tells «no value» from zero; a number does not. `is_approved` and
    `is_remunerated` keep the difference: once set, zero means zero.
    """

    _name = "openimis.claim.line"
    _description = "openIMIS Claim Item or Service"
    _check_company_auto = True
    _order = "claim_id, sequence, id"
    _rec_name = "code"

    claim_id = fields.Many2one(
        "openimis.claim",
        required=True,
        index=True,
        check_company=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    openimis_uuid = fields.Char("openIMIS UUID", index="btree_not_null", copy=False)
    sequence = fields.Integer(default=1)
    line_type = fields.Selection(
        [("item", "Item"), ("service", "Service")], required=True, default="service"
    )
    code = fields.Char(required=True)
    name = fields.Char()
    product_id = fields.Many2one(
        "openimis.product",
        "Insurance Product",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The claim's product when empty.",
    )
    policy_id = fields.Many2one(
        "openimis.policy",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    qty_provided = fields.Float(
        "Quantity Provided",
        digits=PRICE_DIGITS,
        default=1.0,
        help="As the facility claimed it.",
    )
    price_asked = fields.Float(
        digits=PRICE_DIGITS, help="Unit price the facility claimed."
    )
    price_adjusted = fields.Float(
        digits=PRICE_DIGITS,
        help="Unit price of the price list; counts unless another one was approved.",
    )
    qty_approved = fields.Float(
        "Quantity Approved",
        digits=PRICE_DIGITS,
        help="Goes before the quantity provided.",
    )
    price_approved = fields.Float(
        digits=PRICE_DIGITS,
        help="Unit price; goes before the adjusted and the asked one.",
    )
    is_approved = fields.Boolean(
        "Approval Given", help="Approved quantity and price count even when zero."
    )
    price_valuated = fields.Float(
        digits=PRICE_DIGITS, help="Unit price after valuation."
    )
    remunerated_amount = fields.Float(
        digits=(18, 2), help="What the whole line is paid with."
    )
    is_remunerated = fields.Boolean(
        "Remuneration Given", help="The remunerated amount counts even when zero."
    )
    deductable_amount = fields.Float(
        "Deductible Amount",
        digits=(18, 2),
        help="The insuree's own share (deductable_amount), taken off the line.",
    )
    exceed_ceiling_amount = fields.Float(
        digits=(18, 2), help="What goes beyond the ceiling, taken off the line."
    )
    exceed_ceiling_amount_category = fields.Float(
        digits=(18, 2),
        help="What goes beyond the ceiling of its category, taken off the line.",
    )
    limitation = fields.Selection([("F", "Fixed Amount"), ("C", "Co-insurance")])
    limitation_value = fields.Float(digits=(18, 2))
    price_origin = fields.Selection(
        [("P", "Price List"), ("O", "Provider's Own Price"), ("R", "Relative")],
        default="P",
        help="Relative prices are worth their share of the contributions: price x "
        "relative index of the period.",
    )
    status = fields.Selection(
        [("1", "Passed"), ("2", "Rejected")], required=True, default="1"
    )
    rejection_reason = fields.Integer(
        help="Code of openIMIS (-2 to 19); 0 means accepted."
    )
    justification = fields.Char()

    @api.model_create_multi
    def create(self, vals_list):
        """Create lines; an amount given as zero is one, another than none."""
        return super().create([_with_given_flags(vals) for vals in vals_list])


def _with_given_flags(vals):
    """Tell an amount given as zero from an amount not given at all."""
    return {
        "is_approved": _is_number(vals.get("qty_approved"))
        and _is_number(vals.get("price_approved")),
        "is_remunerated": _is_number(vals.get("remunerated_amount")),
        **vals,
    }


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)
