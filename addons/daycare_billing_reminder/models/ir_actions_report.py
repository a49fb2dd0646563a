import io

from odoo import models
from odoo.tools.pdf import merge_pdf

REPORT = "account_credit_control.report_credit_control_summary"


class IrActionsReport(models.Model):
    """A reminder of the daycare has its invoices behind it, each with its QR-bill."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        streams = super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        if not res_ids or self._get_report(report_ref).report_name != REPORT:
            return streams
        for comm in self.env["credit.control.communication"].browse(res_ids):
            found = streams.get(comm.id)
            invoices = comm._daycare_invoices()
            if not invoices or not found or not found["stream"]:
                continue
            # printed anew: the QR-bill asks for what is open by now
            bills, _kind = self._render_qweb_pdf("account.report_invoice", invoices.ids)
            whole = merge_pdf([found["stream"].getvalue(), bills])
            found["stream"].close()
            found["stream"] = io.BytesIO(whole)
        return streams
