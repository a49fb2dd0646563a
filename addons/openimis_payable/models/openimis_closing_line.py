from odoo import api, fields, models

from odoo.addons.account_billing_run.bulk import insert_rows

from .openimis_payable_line import PAYABLE_TYPES


class OpenimisClosingLine(models.Model):
    """A source a closing looked at: what it is worth, or why it is left out."""

    _name = "openimis.closing.line"
    _description = "openIMIS Closing Candidate"
    _check_company_auto = True
    _order = "closing_id, id"
    _rec_name = "code"

    closing_id = fields.Many2one(
        "openimis.closing", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    type = fields.Selection(PAYABLE_TYPES, required=True)
    state = fields.Selection(
        [("payable", "Payable"), ("excluded", "Left Out")], required=True
    )
    reason_code = fields.Char()
    reason = fields.Char(help="Why the document is left out.")
    code = fields.Char()
    description = fields.Char()
    partner_id = fields.Many2one("res.partner", "Third Party")
    product_id = fields.Many2one("openimis.product", "Insurance Product")
    location_id = fields.Many2one("openimis.location", "Area")
    account_id = fields.Many2one("account.account")
    amount_gross = fields.Monetary("Claimed")
    amount_discount = fields.Monetary("Discount")
    amount_net = fields.Monetary("Net")
    header_difference = fields.Monetary(
        "Header Less Lines",
        help="What the total of the claim in openIMIS says more than its lines. Bills "
        "say what the lines say.",
    )
    explain_input = fields.Char("Input")
    explain_working = fields.Char("Working Values")
    explain_result = fields.Char("Result")
    source_model = fields.Char()
    source_id = fields.Many2oneReference(model_field="source_model")

    def action_open_source(self):
        """Open the document behind the line.

        :return: a window action
        """
        self.ensure_one()
        return self.env[self.source_model].browse(self.source_id).get_formview_action()

    @api.model
    def _create_for(self, batch, sources, billed, reasons):
        """List sources with what they are worth, or why they are left out.

        :param OpenimisBatch batch: what they are worth
        :param sources: records of the converter's source model
        :param set billed: ids of those billed already
        :param dict reasons: {source id: (code, text)}
        """
        closing, converter = batch.run, batch.converter
        common = {
            "closing_id": closing.id,
            "company_id": closing.company_id.id,
            "currency_id": closing.currency_id.id,
            "type": converter._payable_type,
            "source_model": sources._name,
        }
        calculation = batch.worth(sources)
        payables, terms = calculation.payables, calculation.terms
        rows = []
        for source in sources:
            partner = converter._candidate_partner(source, terms)
            if source.id in billed:
                reason = self._billed(converter, source)
                rows.append(_left_out(common, source, partner, *reason))
            elif source.id in reasons:
                reason = reasons[source.id]
                rows.append(_left_out(common, source, partner, *reason))
            else:
                found = [_payable(common, partner, p) for p in payables[source.id]]
                if found:
                    difference = calculation.differences.get(source.id)
                    found[0]["header_difference"] = difference
                rows += found
        insert_rows(self, rows)
        self.env["openimis.closing"].invalidate_model(["candidate_ids"])

    @api.model
    def _billed(self, converter, source):
        # sudo: only the code leaves, also where the user may not see the bill
        links = source.sudo().billing_link_ids.filtered(
            lambda link: link.converter == converter._name and link.state == "active"
        )
        move = links.move_id[:1]
        code = move.openimis_code or move.name
        return "billed", self.env._("Already billed: %s", code or "")


#: what a candidate that is left out does not have
NOTHING = dict.fromkeys(
    (
        "description",
        "account_id",
        "amount_gross",
        "amount_discount",
        "amount_net",
        "header_difference",
        "explain_input",
        "explain_working",
        "explain_result",
    )
)


def _left_out(common, source, partner, code, text):
    return {
        **common,
        **NOTHING,
        "state": "excluded",
        "reason_code": code,
        "reason": text,
        "code": source.display_name,
        "partner_id": partner,
        "product_id": "product_id" in source and source["product_id"].id or None,
        "location_id": source.location_id.id or None,
        "source_id": source.id,
    }


def _payable(common, partner, payable):
    return {
        **common,
        "description": payable.description,
        "account_id": payable.account,
        "amount_gross": payable.net + payable.discount,
        "amount_discount": payable.discount,
        "amount_net": payable.net,
        "header_difference": None,
        "explain_input": payable.explanation[0],
        "explain_working": payable.explanation[1],
        "explain_result": payable.explanation[2],
        "state": "payable",
        "reason_code": None,
        "reason": None,
        "code": payable.code,
        "partner_id": partner,
        "product_id": payable.product,
        "location_id": payable.location,
        "source_id": payable.source,
    }
