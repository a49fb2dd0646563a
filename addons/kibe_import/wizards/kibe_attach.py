from odoo import api, fields, models
from odoo.exceptions import UserError


class KibeAttach(models.TransientModel):
    """Say which stored file a delivered record belongs to (E19, I11, section 5.2).

    The file gets the delivered Kibé ID: the next analysis finds it, and the import
    updates it instead of making a second one. A contact without a file is remembered:
    the import makes its file.
    """

    _name = "kibe.attach"
    _description = "Attach a Delivered Record"
    _check_company_auto = True

    message_id = fields.Many2one(
        "exchange.message", required=True, readonly=True, ondelete="cascade"
    )
    # Read with the user's rights: a message of another company says nothing.
    company_id = fields.Many2one(related="message_id.company_id", related_sudo=False)
    text = fields.Text(related="message_id.text", related_sudo=False)
    entity = fields.Char(related="message_id.res_model", related_sudo=False)
    kibe_id = fields.Char(related="message_id.kibe_key", related_sudo=False)
    delivered_name = fields.Char(string="Name", compute="_compute_delivered")
    delivered_birthdate = fields.Date(string="Birth Date", compute="_compute_delivered")
    delivered_email = fields.Char(string="E-mail", compute="_compute_delivered")
    delivered_place = fields.Char(string="Delivered In", compute="_compute_delivered")
    child_id = fields.Many2one(
        "daycare.child",
        string="Child's File",
        compute="_compute_files",
        store=True,
        readonly=False,
        check_company=True,
    )
    child_birthdate = fields.Date(
        related="child_id.birthdate", string="Birth Date in the File"
    )
    child_dossier = fields.Integer(
        related="child_id.dossier_id", string="Child's DossierId"
    )
    guardian_id = fields.Many2one(
        "daycare.guardian",
        string="Guardian's File",
        compute="_compute_files",
        store=True,
        readonly=False,
        check_company=True,
    )
    accounting_ref = fields.Char(
        string="Accounting ID", compute="_compute_accounting_ref"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact Without a File",
        check_company=True,
        help="A contact with this accounting ID that has no guardian's file yet.",
    )
    guardian_email = fields.Char(
        related="guardian_id.email", string="E-mail in the File"
    )
    guardian_dossier = fields.Integer(
        related="guardian_id.dossier_id", string="Guardian's DossierId"
    )

    @api.depends("message_id")
    def _compute_delivered(self):
        for wizard in self:
            line = wizard._delivered_line()
            values = line.after or {}
            wizard.delivered_name = line.label or wizard.message_id.value
            wizard.delivered_birthdate = values.get("birthdate")
            wizard.delivered_email = values.get("email")
            message = wizard.message_id
            wizard.delivered_place = f"{message.file} / {message.row}"

    def _delivered_line(self):
        """Return the line of the preview that shows the delivered record."""
        message = self.message_id
        lines = self.env["kibe.import.line"].search(
            [
                ("import_id", "=", message.run_id),
                ("res_model", "=", message.res_model),
                ("key", "=", message.kibe_key),
            ],
            limit=1,
        )
        # sudo: the values are hidden because of incomes, a file's own are not
        return lines.sudo()

    @api.depends("message_id")
    def _compute_files(self):
        for wizard in self:
            message = wizard.message_id
            for field in ("child_id", "guardian_id"):
                # a message that fits several files names none: its id is 0
                same = self._fields[field].comodel_name == message.res_model
                wizard[field] = (same and message.res_id) or False

    @api.depends("message_id")
    def _compute_accounting_ref(self):
        for wizard in self:
            message = wizard.message_id
            wizard.accounting_ref = message.code == "I11" and message.value

    def action_attach(self):
        """Give the chosen file the delivered Kibé ID, or remember the chosen contact.

        :return: an action that closes the dialog
        :raises UserError: no file or more than one is chosen, it has a Kibé ID already,
            or another file of the company has this one
        """
        for wizard in self:
            if wizard.partner_id and not wizard.guardian_id:
                wizard._remember_contact()
            else:
                wizard._attach(wizard.child_id or wizard.guardian_id)
        return {"type": "ir.actions.act_window_close"}

    def _remember_contact(self):
        """The next analysis attaches the guardian to the contact; the import writes."""
        self._check_contact()
        # sudo: who imports may choose anew, and changes nothing else that is remembered
        correspondences = self.env["kibe.correspondence"].sudo()
        entry = {
            "company_id": self.company_id.id,
            "kind": "contact",
            "name": self.kibe_id,
        }
        known = correspondences.search([(k, "=", v) for k, v in entry.items()])
        if known:
            known.partner_id = self.partner_id
        else:
            correspondences.create({**entry, "partner_id": self.partner_id.id})

    def _check_contact(self):
        self.message_id.check_access("read")
        self.partner_id.check_access("read")
        # sudo: the accounting ID and the file of another company are compared only
        contact = self.partner_id.sudo()
        if not self.accounting_ref or contact.ref != self.accounting_ref:
            raise UserError(
                self.env._(
                    "%(contact)s does not have the accounting ID «%(reference)s».",
                    contact=self.partner_id.display_name,
                    reference=self.accounting_ref or "",
                )
            )
        if contact.with_context(active_test=False).daycare_guardian_ids:
            raise UserError(
                self.env._(
                    "%(contact)s has a guardian's file already: choose the file.",
                    contact=self.partner_id.display_name,
                )
            )

    def _attach(self, record):
        self._check_attachable(record)
        # sudo: who imports may have the import write this file, and so give it its id
        record = record.sudo()
        record.kibe_id = self.kibe_id
        record.message_post(
            body=self.env._(
                "Kibé ID %(kibe_id)s attached from the import %(name)s.",
                kibe_id=self.kibe_id,
                name=self.env["kibe.import"].browse(self.message_id.run_id).name,
            )
        )

    def _check_attachable(self, record):
        if not record or record._name != self.entity or not self.kibe_id:
            raise UserError(self.env._("Choose the file that the record belongs to."))
        record.check_access("read")
        if record.kibe_id:
            raise UserError(
                self.env._(
                    "%(record)s has the Kibé ID %(kibe_id)s already.",
                    record=record.display_name,
                    kibe_id=record.kibe_id,
                )
            )
        used = record._by_kibe_id([self.kibe_id], self.company_id)
        if used:
            raise UserError(
                self.env._(
                    "The Kibé ID %(kibe_id)s belongs to %(record)s already.",
                    kibe_id=self.kibe_id,
                    record=used[self.kibe_id].display_name,
                )
            )
