from odoo import models
from odoo.exceptions import AccessError


class StatementCommon(models.AbstractModel):
    """Statements read the ledger by SQL: what rules hide is asked for here.

    Their titles and headings are in the language of the third party, and not in that
    of who prints them.
    """

    _inherit = "statement.common"

    def _get_report_values(self, docids, data=None):
        data = data or {}
        # by its address a report takes any company and any third party
        company = self.env["res.company"].browse(int(data["company_id"]))
        if company not in self.env.companies:
            raise AccessError(
                self.env._("This statement is of a company that you have not chosen.")
            )
        self.env["account.move.line"].check_access("read")
        if not self.env.user._is_internal():
            # Odoo lets them read items of their own, and rules say which; SQL reads all
            # of a firm's, which may be several parents' employer
            raise AccessError(self.env._("Statements are for who keeps the books."))
        partners = self.env["res.partner"].browse(map(int, data["partner_ids"]))
        partners._billing_check_statement()
        self.env.flush_all()  # OCA's reads languages by SQL, too
        values = super()._get_report_values(docids, data)

        def labels(partner):
            if not data.get("show_aging_buckets"):
                return []
            report = self.with_context(lang=partner.lang)
            return report._get_bucket_labels(data["date_end"], data["aging_type"])

        return {**values, "get_bucket_labels": labels}

    def _get_aging_buckets_title(self, partner, **options):
        env = self.with_context(lang=partner.lang).env
        return env._("Open by Age, %(currency)s", currency=options["currency"])


class OutstandingStatement(models.AbstractModel):
    """What is open, under a title of its own."""

    _inherit = "report.partner_statement.outstanding_statement"

    def _get_title(self, partner, **options):
        env = self.with_context(lang=partner.lang).env
        return env._(
            "Statement of account at %(day)s, %(currency)s",
            day=options["ending_date"],
            currency=options["currency"],
        )
