from odoo import http
from odoo.http import request


class SofiPrimmo(http.Controller):
    """Downloads of MDG files, empty ones included."""

    @http.route("/sofi_primmo/file/<int:file_id>", type="http", auth="user")
    def download_file(self, file_id):
        """Send the bytes of a file. Asking for them changes nothing.

        :param int file_id: id of a complete `sofi.export.file` the user may read
        """
        file = request.env["sofi.export.file"].browse(file_id).exists()
        if not file or not file.has_access("read") or file.state != "done":
            raise request.not_found()
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", http.content_disposition(file.name)),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(file._content(), headers)
