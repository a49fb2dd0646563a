import csv
import io

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request

from ..core.text import spreadsheet_safe

COLUMNS = ("severity", "code", "file", "row", "column", "value", "text", "advice")


class ExchangeRunController(http.Controller):
    """Files of jobs, for those who may read the job."""

    @http.route(
        "/exchange_run/<string:model>/<int:run_id>/findings.csv",
        type="http",
        auth="user",
    )
    def download_findings(self, model, run_id, **_kwargs):
        """Send the findings of a job as a CSV file a spreadsheet opens directly.

        :raises NotFound: no such job, or not for this user
        """
        if model not in request.env["exchange.chunk"]._run_models():
            raise request.not_found()
        run = request.env[model].browse(run_id)
        try:
            run.check_access("read")
            name = run.display_name
        except (AccessError, MissingError):
            raise request.not_found() from None
        headers = [
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Disposition", content_disposition(f"{name}.csv")),
        ]
        return request.make_response(self._findings_csv(run), headers)

    def _findings_csv(self, run):
        Message = request.env["exchange.message"]
        fields = Message.fields_get(COLUMNS, ["string", "selection"])
        severities = dict(fields["severity"]["selection"])
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";")
        writer.writerow([fields[column]["string"] for column in COLUMNS])
        domain = [("run_model", "=", run._name), ("run_id", "=", run.id)]
        messages = Message.search_fetch(domain, COLUMNS)
        request.env["exchange.access"]._note("download", messages, COLUMNS)
        for message in messages:
            row = [message[column] or "" for column in COLUMNS]
            row[0] = severities[message.severity]
            writer.writerow(map(spreadsheet_safe, row))
        return stream.getvalue().encode("utf-8-sig")
