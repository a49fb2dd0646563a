from odoo import models
from odoo.exceptions import UserError

from odoo.addons.exchange_run.core.swiss_text import forbidden, payable, transliterate

#: What a QR-bill says of who pays and who is paid.
PRINTED_FIELDS = ("name", "street", "street2", "zip", "city")
#: Names of a guardian's file, from which the contact's is made.
FILE_FIELDS = ("lastname", "firstname")


class ResPartner(models.Model):
    """Names and addresses as a QR-bill carries them, and e-mail that arrives."""

    _inherit = "res.partner"

    def write(self, vals):
        """Send again to a new address what the old one gave back."""
        if "email" not in vals:
            return super().write(vals)
        moved = self.filtered(lambda partner: partner.email != vals["email"])
        result = super().write(vals)
        # sudo: whoever corrects an address may not read invoices
        moves = self.env["account.move"].sudo()
        waiting = moves.search(
            [("partner_id", "in", moved.ids), ("daycare_to_print", "=", True)]
        )
        waiting.write({"daycare_to_print": False, "daycare_mail_failure": False})
        waiting._daycare_runs()._refresh_open_findings()
        return result

    def _daycare_forbidden(self):
        """Return the characters of name and address that no QR-bill carries."""
        self.ensure_one()
        return forbidden("".join(self[name] or "" for name in PRINTED_FIELDS))

    def _daycare_transliterate(self):
        """Write names and addresses with the characters of a QR-bill.

        :raises UserError: some characters have no Latin form
        """
        guardians = self.env["daycare.guardian"].search(
            [("partner_id", "in", self.ids)]
        )
        for guardian in guardians:
            _rewrite(guardian, FILE_FIELDS)
        for partner in self:
            # A guardian's contact has the name of the file, written already.
            _rewrite(partner, PRINTED_FIELDS)
        left = self.filtered(lambda partner: partner._daycare_forbidden())
        if left:
            raise UserError(
                self.env._(
                    "Write these names and addresses with Latin letters, please: "
                    "%(names)s",
                    names=", ".join(left.mapped("display_name")),
                )
            )


def _rewrite(record, names):
    """Write those texts of a record that a QR-bill carries otherwise."""
    written = {name: transliterate(record[name]) for name in names if record[name]}
    changed = {name: text for name, text in written.items() if text != record[name]}
    if changed:
        record.write(changed)


class ResPartnerBank(models.Model):
    """A QR-code that every bank reads."""

    _inherit = "res.partner.bank"

    def _l10n_ch_get_qr_vals(self, *args, **kwargs):
        """Return the lines of the QR-code, in the character set of the guidelines."""
        return [payable(line) for line in super()._l10n_ch_get_qr_vals(*args, **kwargs)]
