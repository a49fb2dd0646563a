import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import amtovz

SHOWN_ERRORS = 20
BATCH = 1000


class DaycareLocalityImport(models.TransientModel):
    """Load the official directory of Swiss towns (AMTOVZ of swisstopo, open data)."""

    _name = "daycare.locality.import"
    _description = "Import the Directory of Localities"

    file = fields.Binary(
        string="Directory",
        required=True,
        attachment=False,
        help="The CSV file of the official directory of towns, or the ZIP it comes in.",
    )
    file_name = fields.Char()
    state = fields.Selection([("draft", "File"), ("done", "Result")], default="draft")
    created_count = fields.Integer(string="New Localities", readonly=True)
    updated_count = fields.Integer(string="Changed Localities", readonly=True)
    unchanged_count = fields.Integer(string="Unchanged Localities", readonly=True)
    archived_count = fields.Integer(string="Archived Localities", readonly=True)
    error_count = fields.Integer(string="Rows Refused", readonly=True)
    error_text = fields.Text(string="Refused", readonly=True)

    def action_import(self):
        """Read the file, update the localities and show what was done."""
        self.ensure_one()
        self.env["daycare.locality"].check_access("create")
        directory = self._read()
        counts = self._apply(directory.towns)
        self.write(
            counts
            | {
                "state": "done",
                "error_count": len(directory.errors),
                "error_text": self._errors_text(directory.errors),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import the Directory of Localities"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _read(self):
        try:
            return amtovz.read(base64.b64decode(self.file))
        except amtovz.DirectoryError as error:
            raise UserError(self._directory_error_text(error)) from error

    def _directory_error_text(self, error):
        name = self.file_name or self.env._("The file")
        texts = {
            "archive": self.env._(
                "«%(file)s» is damaged or does not hold exactly one CSV file"
                " (%(value)s). Download the directory again."
            ),
            "size": self.env._(
                "«%(file)s» is larger than 20 MB (%(value)s). Choose the CSV of the"
                " directory of towns, not another product."
            ),
            "encoding": self.env._(
                "«%(file)s» is not a text file. Choose the CSV of the directory."
            ),
            "columns": self.env._(
                "«%(file)s» lacks the columns: %(value)s. Choose the CSV of the"
                " official directory of towns (AMTOVZ)."
            ),
            "empty": self.env._(
                "«%(file)s» holds no locality. Choose the CSV of the directory."
            ),
        }
        return texts[error.code] % {"file": name, "value": error.value}

    def _errors_text(self, errors):
        lines = [
            self.env._(
                "Row %(row)s, column «%(column)s»: «%(value)s» is not valid.",
                row=row,
                column=column,
                value=value,
            )
            for row, column, value in errors[:SHOWN_ERRORS]
        ]
        if len(errors) > SHOWN_ERRORS:
            lines.append(
                self.env._("… and %(count)s more.", count=len(errors) - SHOWN_ERRORS)
            )
        return "\n".join(lines)

    @api.model
    def _apply(self, towns):
        """Bring the localities in line with the directory.

        :param towns: list of :class:`amtovz.Town`, the whole directory
        :return dict: number of localities created, changed, unchanged, archived
        """
        Locality = self.env["daycare.locality"].with_context(active_test=False)
        existing = {(loc.npa, loc.suffix, loc.name): loc for loc in Locality.search([])}
        countries = {
            "CH": self.env.ref("base.ch").id,
            "LI": self.env.ref("base.li").id,
        }
        new, updated = [], 0
        for town in towns:
            vals = self._locality_vals(town, countries)
            locality = existing.pop((town.npa, town.suffix, town.name), None)
            if locality is None:
                new.append(vals)
            elif changes := locality._differences(vals):
                locality.write(changes)
                updated += 1
        # Towns that left the directory: kept for old addresses, no longer offered.
        gone = Locality.browse([loc.id for loc in existing.values() if loc.active])
        gone.write({"active": False})
        for start in range(0, len(new), BATCH):
            Locality.create(new[start : start + BATCH])
        return {
            "created_count": len(new),
            "updated_count": updated,
            "unchanged_count": len(towns) - len(new) - updated,
            "archived_count": len(gone),
        }

    @api.model
    def _locality_vals(self, town, countries):
        return {
            "npa": town.npa,
            "suffix": town.suffix,
            "name": town.name,
            "canton": town.canton or False,
            "commune": town.commune or False,
            "country_id": countries[town.country],
            "main": town.main,
            "active": True,
        }
