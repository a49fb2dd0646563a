from contextlib import contextmanager

from odoo import api, fields, models


class SofiExportFile(models.Model):
    _inherit = "sofi.export.file"

    storage_id = fields.Many2one(
        "fs.storage",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        groups="base.group_system",
    )
    storage_name = fields.Char(string="Delivered To", compute="_compute_storage_name")

    @api.depends("storage_id.name")
    def _compute_storage_name(self):
        for file in self.sudo():  # sudo: only the name leaves
            file.storage_name = file.storage_id.name

    def _place_key(self):
        """Return what files in one place have in common, the storage too."""
        # sudo: who exports may deliver, and reads nothing of how
        return (*super()._place_key(), self.sudo().storage_id.id)

    @contextmanager
    def _visiting(self):
        """Give the place the file was brought to; connected, where in a storage."""
        # sudo: see _place_key
        storage = self.sudo().storage_id
        if not storage:
            with super()._visiting() as place:
                yield place
            return
        with storage._delivering(self.directory) as place:
            yield place
