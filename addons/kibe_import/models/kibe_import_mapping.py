from odoo import models

from ..core import mapping


class KibeImportMapping(models.AbstractModel):
    """The clerk's correspondences complete those of the delivery (section 5.2)."""

    _name = "kibe.import.mapping"
    _description = "Correspondences of a Kibé Import"

    def _load_groups(self):
        groups = super()._load_groups()
        for entry in self._correspondences("target"):
            if entry.group_id.code in groups:
                groups.setdefault(entry.name, groups[entry.group_id.code])
        return groups

    def _complete_mappings(self, found):
        """Add the correspondences that the two XML files lack.

        :param Analysis found: the delivery; its mappings are completed in place
        """
        if found.groups is None:
            return
        groups = self._correspondences("group")
        found.groups.complete({(g.structure, g.name): g.group_id.code for g in groups})
        codes = self._correspondences("code")
        found.slots.complete(
            {code.name: mapping.numbers(code.slot_numbers) for code in codes}
        )

    def _correspondences(self, kind):
        return self.env["kibe.correspondence"].search(
            [("company_id", "=", self.company_id.id), ("kind", "=", kind)]
        )
