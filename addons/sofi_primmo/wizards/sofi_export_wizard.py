from odoo import api, fields, models


class SofiExportWizard(models.TransientModel):
    """Choose residences, then look, simulate or export."""

    _name = "sofi.export.wizard"
    _description = "Export Charges"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    residence_ids = fields.Many2many(
        "sofi.residence",
        string="Residences",
        required=True,
        domain="[('company_id', '=', company_id)]",
        compute="_compute_residence_ids",
        store=True,
        readonly=False,
    )

    date_from = fields.Date(
        string="Services From",
        help="First day of the services to export. Empty: as the residences say.",
    )
    date_to = fields.Date(
        string="Services To",
        help="Last day of the services to export. Empty: as the residences say.",
    )
    charge_numbers = fields.Char(
        string="Only These Charges",
        help="SOFI's numbers, with commas or blanks between them. Empty: all.",
    )

    @api.depends("company_id")
    def _compute_residence_ids(self):
        """Propose the company's residences, those in view where there are some."""
        domain = []
        if self.env.context.get("active_model") == "sofi.residence":
            domain = [("id", "in", self.env.context.get("active_ids", []))]
        for wizard in self:
            wizard.residence_ids = self.env["sofi.residence"].search(
                [*domain, ("company_id", "=", wizard.company_id.id)]
            )

    def action_preview(self):
        """Show what would be exported, without a file.

        :return: a window action on the run
        """
        run = self._create_run(dry_run=False)
        run.action_plan()
        return run.get_formview_action()

    def action_dry_run(self):
        """Make the files without archiving anything in SOFI.

        :return: a window action on the run
        """
        return self._start(dry_run=True)

    def action_export(self):
        """Export and archive.

        :return: a window action on the run
        """
        return self._start(dry_run=False)

    def _start(self, dry_run):
        run = self._create_run(dry_run)
        run.action_run()
        return run.get_formview_action()

    def _create_run(self, dry_run):
        return self.env["sofi.export"].create(
            {
                "company_id": self.company_id.id,
                "residence_ids": [fields.Command.set(self.residence_ids.ids)],
                "dry_run": dry_run,
                "date_from": self.date_from,
                "date_to": self.date_to,
                "charge_numbers": self.charge_numbers,
            }
        )
