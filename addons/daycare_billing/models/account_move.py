from odoo import api, fields, models
from odoo.exceptions import UserError

#: The letter that goes with each kind of document.
LETTERS = {
    "out_invoice": "daycare_billing.mail_template_invoice",
    "out_refund": "daycare_billing.mail_template_credit_note",
}


class AccountMove(models.Model):
    """A daycare run follows what happens to its invoices."""

    _inherit = "account.move"

    daycare_to_print = fields.Boolean(
        string="E-Mail Came Back",
        readonly=True,
        copy=False,
        engine=True,
        help="The debtor's mail server refused the invoice or gave it back: it waits "
        "to be printed, until there is another address.",
    )
    daycare_mail_failure = fields.Char(
        string="Why the E-Mail Failed", readonly=True, copy=False, engine=True
    )

    def write(self, vals):
        """Let runs follow the state of their invoices.

        :raises UserError: another debtor, for what was calculated for this one
        """
        if "partner_id" in vals:
            self._daycare_check_debtor(vals["partner_id"])
        result = super().write(vals)
        if "state" in vals:
            self._daycare_runs()._refresh_stage()
            self._daycare_recompute_posted()
        return result

    def _daycare_check_debtor(self, partner_id):
        """Refuse another debtor than the one of the lines, whom all papers name."""
        payer = self.env["res.partner"].browse(partner_id).commercial_partner_id
        for move in self.filtered(lambda move: move.commercial_partner_id != payer):
            if move._daycare_runs():
                raise UserError(
                    self.env._(
                        "%(invoice)s was calculated for %(debtor)s, whom attestations "
                        "and lists name. Enter in the child's file who pays, then "
                        "compute the month again.",
                        invoice=move.display_name,
                        debtor=move.partner_id.display_name,
                    )
                )

    def unlink(self):
        """Let runs know that invoices are gone."""
        runs = self._daycare_runs()
        result = super().unlink()
        runs._refresh_stage()
        return result

    def _daycare_runs(self):
        ids = {
            move.billing_run_id
            for move in self
            if move.billing_run_model == "daycare.billing.run"
        }
        # sudo: an accountant without rights on daycare runs may post their invoices
        return self.env["daycare.billing.run"].sudo().browse(ids).exists()

    def _daycare_root(self):
        """Return the invoice that a credit note, or what reverses it, began with."""
        self.ensure_one()
        move, seen = self, self
        while move.reversed_entry_id and move.reversed_entry_id not in seen:
            move = move.reversed_entry_id
            seen |= move
        return move

    def _daycare_family(self):
        """Return the documents these began with, and all that credit them."""
        family = self.browse().union(*(move._daycare_root() for move in self))
        young = family
        while young:
            young = young.reversal_move_ids - family
            family |= young
        return family

    def _daycare_recompute_posted(self):
        """Let calculated lines know that documents about them were posted, or not."""
        # sudo: an accountant without rights on daycare runs may post their invoices
        roots = (
            self.sudo().browse().union(*(move._daycare_root() for move in self.sudo()))
        )
        named = [("move_id", "in", (self | roots).ids)]
        items = self.env["account.move.line"].sudo()
        lines = items.search(
            [*named, ("daycare_billing_line_id", "!=", False)]
        ).daycare_billing_line_id
        links = self.env["account.billing.link"].sudo()
        found = links.search([*named, ("res_model", "=", lines._name)])
        lines = (lines | lines.browse(found.mapped("res_id"))).exists()
        lines._recompute_posted()

    def _daycare_not_delivered(self, reason, unreachable):
        """Bring back among the invoices to send or to print what did not arrive.

        :param str reason: what the mail server said
        :param bool unreachable: the fault lies with the debtor's address
        """
        self.write(
            {
                "is_move_sent": False,
                "daycare_to_print": unreachable,
                "daycare_mail_failure": reason,
            }
        )
        self._daycare_runs()._refresh_open_findings()

    def _daycare_delivered(self):
        """Note what has left after all."""
        failed = self.filtered(
            lambda move: move.daycare_mail_failure or not move.is_move_sent
        )
        failed.write(
            {
                "is_move_sent": True,
                "daycare_to_print": False,
                "daycare_mail_failure": False,
            }
        )
        failed._daycare_runs()._refresh_open_findings()

    def _daycare_lines(self):
        """Return the billing lines this invoice bills, in order of children."""
        # sudo: an invoice may be printed by whoever may read it
        lines = self.env["daycare.billing.line"].sudo()
        found = lines.search([("billing_move_id", "in", self.ids)])
        return found.sorted(lambda line: (line.child_id.name, line.month, line.id))

    def _get_mail_template(self):
        """Return our own letters for what a daycare run made, or what credits that.

        Odoo's name the account beside the reference; a QR reference has another one.
        """
        runs = self.env["daycare.billing.run"]
        roots = [move._daycare_root() for move in self]
        if roots and all(root.billing_run_model == runs._name for root in roots):
            kinds = set(self.mapped("move_type"))
            letter = LETTERS.get(kinds.pop()) if len(kinds) == 1 else None
            own = letter and self.env.ref(letter, raise_if_not_found=False)
            if own:
                return own
        return super()._get_mail_template()

    def _daycare_payment(self):
        """Return how the debtor pays, as the letter to them says it.

        :return: dict of `month` (the first day of the month of care), `open` (what
            remains to be paid, in the invoice's currency), `qr` (whether a QR-bill is
            in the PDF), `account` and `reference` as they are printed in blocks
        """
        self.ensure_one()
        bank, reference = self.partner_bank_id, self.payment_reference or ""
        qr_reference = bank._is_qr_reference(reference)
        # A bank takes a QR reference on the QR-IBAN only, and nothing else there.
        account = bank.l10n_ch_qr_iban if qr_reference else bank.acc_number
        if qr_reference:
            reference = self.space_qrr_reference(reference).strip()
        elif bank._is_iso11649_reference(reference):
            reference = self.space_scor_reference(reference)
        if bank.acc_type == "iban":  # in blocks of four
            account = self.space_scor_reference(account.replace(" ", ""))
        return {
            "month": self._daycare_root()._daycare_runs()[:1].service_month,
            "open": self.amount_residual,
            "qr": self.l10n_ch_is_qr_valid,
            "account": account or "",
            "reference": reference,
        }

    def _daycare_rounding(self):
        """Return what the 5-centime rounding adds to the lines, in their currency."""
        self.ensure_one()
        items = self.line_ids.filtered(lambda item: item.display_type == "rounding")
        return -sum(items.mapped("amount_currency"))


class AccountMoveLine(models.Model):
    """A line of an invoice knows what it bills, and so do its credit notes."""

    _name = "account.move.line"
    _inherit = ["account.move.line", "exchange.engine.mixin"]

    # Credit notes take it over from the invoice, whoever makes them.
    daycare_billing_line_id = fields.Many2one(
        "daycare.billing.line",
        string="Month of Care",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        engine="write",
    )


class AccountMoveSend(models.AbstractModel):
    """An invoice sent a second time counts as sent like the first time."""

    _inherit = "account.move.send"

    @api.model
    def _send_mail(self, move, mail_template, **kwargs):
        # Before: the mail may fail at once, and the invoice hears of it.
        if move._daycare_runs():
            move.is_move_sent = True
        return super()._send_mail(move, mail_template, **kwargs)
