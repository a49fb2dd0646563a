from lxml import objectify

from odoo import models
from odoo.exceptions import UserError

from ..core import swiss_account
from .account_payment_method import SWISS


class ResPartnerBank(models.Model):
    """Accounts in Swiss payment files."""

    _inherit = "res.partner.bank"

    def _generate_party_agent(
        self, parent_node, party_type, block_level, gen_args, payment=None
    ):
        """Name the bank as the Swiss Payment Standards want it.

        Our own bank needs an identification, which a Swiss IBAN has in itself. A third
        party's does not, where its account is in the Swiss or the SEPA clearing.
        """
        if gen_args["pain_flavor"] != SWISS:
            return super()._generate_party_agent(
                parent_node, party_type, block_level, gen_args, payment=payment
            )
        number = self.sanitized_acc_number or ""
        if block_level == "C":
            self._check_swiss_payee(number, payment)
        clearing = swiss_account.clearing_number(number)
        if self.bank_bic or block_level == "C":
            return super()._generate_party_agent(
                parent_node, party_type, block_level, gen_args, payment=payment
            )
        if not clearing:
            raise UserError(
                self.env._(
                    "Account %s has no BIC, and a Swiss payment file has to name its "
                    "bank. Choose the bank on the account.",
                    self.acc_number,
                )
            )
        agent = objectify.SubElement(parent_node, f"{party_type}Agt")
        institution = objectify.SubElement(agent, "FinInstnId")
        member = objectify.SubElement(institution, "ClrSysMmbId")
        system = objectify.SubElement(member, "ClrSysId")
        system.Cd = "CHBCC"
        objectify.SubElement(member, "MmbId")._setText(clearing)
        return None

    def _openimis_payee(self):
        """Return where money goes: the number, and the bank where it is given.

        :rtype: str
        """
        return " ".join(filter(None, (self.sanitized_acc_number, self.bank_bic)))

    def _check_swiss_payee(self, number, payment):
        """Refuse an account that a Swiss bank would send the payment back for.

        :param str number: of the account
        :param payment: the `account.payment` record
        :raises UserError: naming the account and its holder
        """
        if swiss_account.is_qr(number):
            raise UserError(
                self.env._(
                    "%(account)s of %(partner)s is a QR-IBAN: it takes payments with a "
                    "QR reference only. Ask for the ordinary IBAN.",
                    account=self.acc_number,
                    partner=self.partner_id.display_name,
                )
            )
        order = payment.payment_order_id
        near = swiss_account.is_swiss(number) or (
            payment.currency_id.name == "EUR"
            and number[:2] in order._sepa_iban_prefix_list()
        )
        if not near and not self.bank_bic:
            raise UserError(
                self.env._(
                    "%(account)s of %(partner)s is abroad, and its bank has no BIC. "
                    "Choose the bank on the account.",
                    account=self.acc_number,
                    partner=self.partner_id.display_name,
                )
            )
