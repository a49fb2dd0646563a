from odoo import api, fields, models
from odoo.exceptions import UserError

#: How long a place is kept for a family, unless the office says otherwise.
DAYS_TO_ANSWER = 14


class DaycareRequestOffer(models.TransientModel):
    """From which day on a place is offered, and until when it is kept."""

    _name = "daycare.request.offer"
    _description = "Offer of a Place"

    request_id = fields.Many2one("daycare.request", required=True, readonly=True)
    group_id = fields.Many2one(related="request_id.group_id")
    week_label = fields.Char(related="request_id.week_label")
    free_from = fields.Date(related="request_id.free_from")
    date_from = fields.Date(
        string="Offered From",
        required=True,
        compute="_compute_date_from",
        store=True,
        readonly=False,
        precompute=True,
    )
    answer_by = fields.Date(
        required=True,
        default=lambda self: fields.Date.add(
            fields.Date.context_today(self), days=DAYS_TO_ANSWER
        ),
        help="Last day. Then the place is free again by itself.",
    )
    email = fields.Char(related="request_id.email")
    send = fields.Boolean(
        string="Send the Offer by E-Mail",
        compute="_compute_send",
        store=True,
        readonly=False,
        precompute=True,
    )
    too_early = fields.Boolean(compute="_compute_too_early")

    @api.depends("request_id")
    def _compute_date_from(self):
        for offer in self:
            offer.date_from = offer.free_from or offer.request_id.date_from

    @api.depends("request_id")
    def _compute_send(self):
        for offer in self:
            offer.send = bool(offer.email)

    @api.depends("date_from", "free_from")
    def _compute_too_early(self):
        for offer in self:
            free = offer.free_from
            offer.too_early = not free or bool(
                offer.date_from and offer.date_from < free
            )

    def action_offer(self):
        """Offer the place; tell the family if that is asked.

        :raises UserError: the answer would be due in the past, or there is no address
        """
        self.ensure_one()
        request = self.request_id
        if self.answer_by < fields.Date.context_today(self):
            raise UserError(
                self.env._("Enter a day to answer by that is still to come.")
            )
        if self.send and not request.email:
            raise UserError(
                self.env._(
                    "%(request)s: enter an e-mail address, or offer without e-mail.",
                    request=request.display_name,
                )
            )
        request._offer(self.date_from, self.answer_by)
        if self.send:
            letter = self.env.ref("daycare_waiting_list.mail_template_offer")
            letter.send_mail(request.id)
        return {"type": "ir.actions.act_window_close"}
