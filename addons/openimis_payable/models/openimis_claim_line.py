from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

PRICE_DIGITS = (18, 4)


#: amounts that may be given or not; each has a flag `<amount>_given` beside it
AMOUNTS = (
    "qty_approved",
    "price_approved",
    "price_adjusted",
    "price_valuated",
    "remunerated_amount",
    "deductable_amount",
    "exceed_ceiling_amount",
    "exceed_ceiling_amount_category",
)


class OpenimisClaimLine(models.Model):
    """Item or service of a claim, with the money of every stage.

    openIMIS tells «no value» from zero; a number does not. So each of `AMOUNTS` has a
    flag beside it. It follows from what is written: a number, zero too, gives the
    amount, False or None takes it away. Who knows better writes the flag itself.
    """

    _name = "openimis.claim.line"
    _description = "openIMIS Claim Item or Service"
    _inherit = ["exchange.engine.mixin", "exchange.journal.mixin"]
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
    company_id = fields.Many2one(related="claim_id.company_id", store=True, engine=True)
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
    price_valuated = fields.Float(
        digits=PRICE_DIGITS, help="Unit price after valuation."
    )
    remunerated_amount = fields.Float(
        digits=(18, 2), help="What the whole line is paid with."
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
    qty_approved_given = fields.Boolean(
        "Approved Quantity Given", help="The approved quantity counts even when zero."
    )
    price_approved_given = fields.Boolean(
        "Approved Price Given", help="The approved price counts even when zero."
    )
    price_adjusted_given = fields.Boolean(
        "Adjusted Price Given", help="The adjusted price counts even when zero."
    )
    price_valuated_given = fields.Boolean(
        "Valuated Price Given", help="The valuated price counts even when zero."
    )
    remunerated_amount_given = fields.Boolean(
        "Remuneration Given", help="The remunerated amount counts even when zero."
    )
    deductable_amount_given = fields.Boolean(
        "Deductible Given", help="openIMIS gave a deductible, be it zero."
    )
    exceed_ceiling_amount_given = fields.Boolean(
        "Exceeding Ceiling Given", help="openIMIS compared with the ceiling."
    )
    exceed_ceiling_amount_category_given = fields.Boolean(
        "Exceeding Category Ceiling Given",
        help="openIMIS compared with the ceiling of the category.",
    )
    valuated_by_closing = fields.Boolean(
        readonly=True,
        copy=False,
        engine=True,
        help="A closing wrote the remunerated amount. It takes it back when no bill "
        "bills the claim any more.",
    )
    closing_amount = fields.Float(
        "Amount of the Closing",
        digits=PRICE_DIGITS,
        readonly=True,
        copy=False,
        engine=True,
    )
    limitation = fields.Selection([("F", "Fixed Amount"), ("C", "Co-insurance")])
    limitation_value = fields.Float(digits=(18, 2))
    price_origin = fields.Selection(
        [("P", "Price List"), ("O", "Provider's Own Price"), ("R", "Relative")],
        default="P",
        help="Relative prices are worth their share of the contributions: price x "
        "relative index of the period. Empty: openIMIS did not say.",
    )
    status = fields.Selection(
        [("1", "Passed"), ("2", "Rejected")], required=True, default="1"
    )
    rejection_reason = fields.Integer(
        help="Code of openIMIS (-2 to 19); 0 means accepted."
    )
    justification = fields.Char()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        """Keep the lines of billed claims, which explain the bill.

        A pull follows openIMIS and proposes what to do about the bill.
        """
        self._check_not_billed(self.claim_id)

    @api.model
    def _check_not_billed(self, claims):
        """Keep the lines of billed claims as they are.

        :raises UserError: one of the claims has been billed
        """
        billed = not self._is_engine_writing() and claims._billed_now()
        if billed:
            raise UserError(
                self.env._(
                    "Lines of claim %s stay: it has been billed, and they explain the "
                    "bill. Delete or amend the bill first.",
                    billed[0].code,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Create lines; an amount given as zero is one, another than none.

        :raises UserError: a claim has been billed
        """
        lines = super().create([with_given_flags(vals) for vals in vals_list])
        self._check_not_billed(lines.claim_id)
        return lines

    def write(self, vals):
        """Write lines; an amount given as zero is one, another than none.

        A remunerated amount that openIMIS or a user writes is not the closing's.

        :raises UserError: a claim has been billed
        """
        vals = with_given_flags(vals)
        if not self._is_engine_writing():
            self.check_access("write")  # who may not write is told nothing of bills
            changed = self.filtered(
                lambda line: any(not line._engine_is_same(n, vals[n]) for n in vals)
            )
            self._check_not_billed(changed.claim_id)
        result = super().write(vals)
        if "claim_id" in vals:
            self._check_not_billed(self.claim_id)
        if "remunerated_amount" in vals:
            with self._engine_writes():
                super(OpenimisClaimLine, self.filtered("valuated_by_closing")).write(
                    {"valuated_by_closing": False}
                )
        return result

    @api.onchange(*AMOUNTS)
    def _onchange_amounts(self):
        """Whoever enters a number gives the amount."""
        for name in AMOUNTS:
            if self[name] and self[name] != self._origin[name]:
                self[f"{name}_given"] = True


def rejection_text(env, code):
    """Return what openIMIS' code of a rejection means, in the user's language.

    Codes and meanings of openIMIS' manual, table of explanation codes.

    :param env: the environment
    :param int code: -2 to 19
    :return: str
    """
    texts = {
        -1: env._("rejected by the medical officer"),
        1: env._("not in the registers of items and services"),
        2: env._("not in the price list of the facility"),
        3: env._("not covered by an active policy"),
        4: env._("not for patients of this sex or age"),
        5: env._("too soon after the last time"),
        6: env._("claimed twice"),
        7: env._("insurance number not valid"),
        8: env._("diagnosis not in the list"),
        9: env._("date of care not valid"),
        10: env._("not for this type of care"),
        11: env._("too many in-patient stays"),
        12: env._("too many out-patient visits"),
        13: env._("too many consultations"),
        14: env._("too many surgeries"),
        15: env._("too many deliveries"),
        16: env._("too many of this item or service"),
        17: env._("within the waiting period"),
        19: env._("too many antenatal contacts"),
    }
    return texts.get(code) or env._("reason %s", code)


def with_given_flags(vals):
    """Add the flags that tell an amount given as zero from one not given at all.

    :param dict vals: values of a line; flags among them stay as they are
    :return: dict
    """
    flags = {
        f"{name}_given": _is_number(vals[name]) for name in AMOUNTS if name in vals
    }
    return {**flags, **vals}


def _is_number(value):
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
