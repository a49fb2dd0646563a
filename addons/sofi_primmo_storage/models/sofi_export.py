from odoo import models

from ..core.remote import RemoteError


class SofiExport(models.Model):
    _inherit = "sofi.export"

    def _folder_refusal(self, residence, error):
        """Return what a storage's error says, and what to do."""
        if isinstance(error, RemoteError | ConnectionError):
            return residence._remote_text(error)
        return super()._folder_refusal(residence, error)
