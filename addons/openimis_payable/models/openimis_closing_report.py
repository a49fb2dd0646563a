from odoo import models

from odoo.addons.exchange_run.core.text import file_safe
from odoo.addons.exchange_run.core.xlsx import XLSX, write_table

from .rights import require_right


class OpenimisClosing(models.Model):
    """The accounts payable report of a closing: on screen, PDF and XLSX."""

    _inherit = "openimis.closing"  # pylint: disable=consider-merging-classes-inherited

    def action_view_report(self):
        """Open the report on screen: by third party, type and product.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openimis_payable.openimis_closing_line_action"
        )
        return {**action, "domain": [("closing_id", "=", self.id)]}

    def action_view_moves(self):
        """Open the bills and invoices of the closing, in openIMIS' terms.

        :return: a window action
        """
        action = super().action_view_moves()
        bills = self.env["ir.actions.act_window"]._for_xml_id(
            "openimis_payable.account_move_bill_action"
        )
        shown = {name: bills[name] for name in ("views", "view_mode", "search_view_id")}
        return {**action, **shown}

    def action_download_report(self):
        """Make the report as XLSX, keep it with the closing and download it.

        :return: a URL action
        """
        require_right(self.env, "111103", "111101")
        self.ensure_one()
        name = f"{file_safe(self.name)}.xlsx"
        attachment = self._attach(name, self._report_xlsx(), XLSX)
        url = f"/web/content/{attachment.id}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _report_xlsx(self):
        """Return the candidates with their explanation as a workbook, in bytes."""
        columns = [
            (self.env._("Third Party"), 30, "text"),
            (self.env._("Product"), 22, "text"),
            (self.env._("Type"), 18, "text"),
            (self.env._("Document"), 22, "text"),
            (self.env._("Description"), 30, "text"),
            (self.env._("Claimed"), 14, "amount"),
            (self.env._("Discount"), 14, "amount"),
            (self.env._("Net"), 14, "amount"),
            (self.env._("Input"), 24, "text"),
            (self.env._("Working Values"), 50, "text"),
            (self.env._("Result"), 28, "text"),
            (self.env._("Left Out Because"), 44, "text"),
            (self.env._("Header Less Lines"), 14, "amount"),
        ]
        types = self._type_names()
        rows = (
            [
                line.partner_id.display_name,
                line.product_id.display_name,
                types[line.type],
                line.code,
                line.description,
                line.amount_gross,
                line.amount_discount,
                line.amount_net,
                line.explain_input,
                line.explain_working,
                line.explain_result,
                line.reason,
                line.header_difference,
            ]
            for line in self.candidate_ids
        )
        return write_table(self.name, columns, rows, totals=(5, 6, 7, 12))

    def _report_groups(self):
        """Return the payable candidates added up, for the printed report.

        :return: list of (third party, product, type label, number of lines, claimed,
            discount, net)
        """
        types = self._type_names()
        groups = self.env["openimis.closing.line"]._read_group(
            [("closing_id", "=", self.id), ("state", "=", "payable")],
            ["partner_id", "product_id", "type"],
            ["__count", "amount_gross:sum", "amount_discount:sum", "amount_net:sum"],
        )
        return [
            (partner, product, types[kind], *figures)
            for partner, product, kind, *figures in groups
        ]

    def _report_differences(self):
        """Return the claims whose total is not that of their lines.

        :return: list of `openimis.closing.line` records
        """
        return self.candidate_ids.filtered("header_difference")

    def _report_reasons(self):
        """Return the reasons with the number of documents left out.

        :return: list of (reason, number)
        """
        return self.env["openimis.closing.line"]._read_group(
            [("closing_id", "=", self.id), ("state", "=", "excluded")],
            ["reason"],
            ["__count"],
        )
