from odoo import Command, api, fields, models

from odoo.addons.exchange_run.told import unprompted


class CreditControlCommunication(models.Model):
    """A reminder to a debtor: his own address, his own invoices, the level's fee."""

    _name = "credit.control.communication"
    _inherit = ["credit.control.communication", "exchange.engine.mixin"]

    daycare_fee_move_id = fields.Many2one(
        "account.move", "Invoice of the Fee", copy=False, readonly=True, engine=True
    )

    @api.model
    def _generate_comm_from_credit_lines(self, lines):
        """Make reminders of what is still due, and invoice their fees."""
        ours = lines.filtered(
            lambda line: line.invoice_id and line.invoice_id._daycare_is_from_run()
        )
        settled = ours.filtered(lambda line: not line.move_line_id._daycare_to_remind())
        settled.write({"state": "ignored"})
        comms = super()._generate_comm_from_credit_lines(lines - settled)
        for comm in comms:
            comm._daycare_bill_fee()
        return comms

    def _daycare_invoices(self):
        """Return the invoices of the daycare that this reminder is about."""
        invoices = self.credit_control_line_ids.invoice_id.filtered(
            lambda move: move._daycare_is_from_run()
        )
        return invoices | self.daycare_fee_move_id

    @api.model
    def _onchange_partner_id(self):
        result = super()._onchange_partner_id()
        for comm in self.filtered(lambda c: c._daycare_invoices()):
            # not the debtor's «invoice address», which may be a third party's
            comm.contact_address_id = comm.partner_id
        return result

    def get_emailing_contact(self):
        """Return who is written to: of the daycare's, the debtor and nobody else."""
        self.ensure_one()
        if self._daycare_invoices():
            return self.partner_id
        return super().get_emailing_contact()

    @unprompted
    def _daycare_bill_fee(self):
        """Invoice the fee of the level, once."""
        self.ensure_one()
        level, company = self.policy_level_id, self.company_id
        invoices = self._daycare_invoices()
        if not invoices or not level.daycare_fee or self.daycare_fee_move_id:
            return
        debtor = self.partner_id
        product = company.daycare_product_id
        fee = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "journal_id": company.daycare_journal_id.id
                    or invoices[:1].journal_id.id,
                    "partner_id": debtor.id,
                    "invoice_date": self.report_date,
                    "currency_id": company.currency_id.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": level.with_context(lang=debtor.lang).name,
                                "product_id": product.id,
                                "quantity": 1,
                                "price_unit": level.daycare_fee,
                                "tax_ids": [Command.set(company.daycare_tax_id.ids)],
                            }
                        )
                    ],
                }
            )
        )
        with fee._engine_writes():
            fee.daycare_is_reminder_fee = True
        fee.action_post()
        with self._engine_writes():
            self.daycare_fee_move_id = fee
