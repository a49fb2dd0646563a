from odoo import models
from odoo.exceptions import UserError

from ..core.bundle import read_resources, split
from ..core.exceptions import ExchangeError

NDJSON_NAME = "resources.ndjson"
CHUNK = 200


class OpenimisPull(models.Model):
    """A FHIR bundle or NDJSON file goes the way of a server's answer."""

    _inherit = "openimis.pull"

    def _plan_file(self):
        """Sort the file's resources by kind into one file, one chunk per 200."""
        try:
            groups, ignored = split(self._file_content())
        except ExchangeError as error:
            self._log(
                "fatal",
                self.env._(
                    "%(file)s is no FHIR bundle and no NDJSON: %(detail)s",
                    file=self.file_name,
                    detail=error.detail,
                ),
                file=self.file_name,
                row=getattr(error, "row", 0),
            )
            return []
        for kind, number in ignored.items():
            self._log(
                "info",
                self.env._(
                    "%(number)s resources of type %(kind)s are not used.",
                    number=number,
                    kind=kind,
                ),
                file=self.file_name,
            )
        return self._plan_groups(groups)

    def _file_content(self):
        # sudo: the attachment of a binary field is read by whoever may read the job
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "file"),
                    ("res_id", "=", self.id),
                ]
            )
        )
        return attachment.raw or b""

    def _plan_groups(self, groups):
        content, payloads = bytearray(), []
        for kind, lines in groups.items():
            self._count(kind, "found", len(lines))
            for start in range(0, len(lines), CHUNK):
                part = b"".join(line + b"\n" for line in lines[start : start + CHUNK])
                payloads.append(
                    {
                        "kind": kind,
                        "task": "file",
                        "offset": len(content),
                        "length": len(part),
                        "units": len(lines[start : start + CHUNK]),
                    }
                )
                content += part
        self.attachment_ids.filtered(lambda a: a.name == NDJSON_NAME).unlink()
        self._attach(NDJSON_NAME, bytes(content), "application/x-ndjson")
        return payloads

    def _execute_file(self, payload):
        attachment = self.attachment_ids.filtered(lambda a: a.name == NDJSON_NAME)
        if not attachment:
            raise UserError(self.env._("The job's file is gone. Plan it again."))
        start = payload["offset"]
        part = attachment.raw[start : start + payload["length"]]
        currencies = self.connection_id._currencies()
        page = read_resources(payload["kind"], part, currencies)
        self._take(payload["kind"], page)
