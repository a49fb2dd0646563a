from odoo import api, fields, models
from odoo.exceptions import AccessError

SETTINGS = (
    "daycare_journal_id",
    "daycare_product_id",
    "daycare_tax_id",
    "daycare_cash_rounding_id",
    "daycare_payment_term_id",
    "daycare_service_period",
    "daycare_correction_months",
    "daycare_income_months",
    "daycare_require_address",
)


class DaycareSetup(models.TransientModel):
    """The centre's settings, and what is missing before it can bill."""

    _name = "daycare.setup"
    _description = "Daycare Setup"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    step_ids = fields.One2many("daycare.setup.step", "setup_id", readonly=True)
    open_count = fields.Integer(compute="_compute_open_count")
    daycare_journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'sale'), ('company_id', '=', company_id)]",
    )
    daycare_product_id = fields.Many2one("product.product", string="Care Product")
    daycare_tax_id = fields.Many2one(
        "account.tax",
        string="Daycare VAT",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id)]",
    )
    daycare_cash_rounding_id = fields.Many2one("account.cash.rounding")
    daycare_payment_term_id = fields.Many2one(
        "account.payment.term", string="Daycare Payment Terms"
    )
    daycare_service_period = fields.Selection(
        [("current", "The Invoice's Month"), ("next", "The Following Month")]
    )
    daycare_correction_months = fields.Integer(string="Months Corrected")
    daycare_income_months = fields.Integer(string="Months an Income Is Valid")
    daycare_require_address = fields.Boolean(string="Address Required")

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Setup and Settings")

    @api.depends("step_ids.done")
    def _compute_open_count(self):
        for setup in self:
            setup.open_count = len(setup.step_ids.filtered(lambda step: not step.done))

    @api.model
    def action_open(self):
        """Look at everything, and show it.

        :return: a window action
        """
        setup = self.create(self._settings_vals(self.env.company))
        setup._look()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Setup and Settings"),
            "res_model": self._name,
            "res_id": setup.id,
            "view_mode": "form",
            "target": "current",
        }

    @api.model
    def _settings_vals(self, company):
        # sudo: of the company only these settings are shown
        known = company.sudo()
        return {
            "company_id": company.id,
            **{
                name: known._fields[name].convert_to_write(known[name], known)
                for name in SETTINGS
            },
        }

    def _look(self):
        """List the points, those that are open first."""
        points = self.env["daycare.setup.check"]._points(self.company_id)
        self.env["daycare.setup.step"].create(
            [
                {"setup_id": self.id, "code": point["code"]}
                for point in sorted(points, key=lambda point: not point["text"])
            ]
        )

    def _check_manager(self):
        """Only who answers for the daycare changes how it bills.

        :raises AccessError: the user is not its manager
        """
        groups = ("daycare.group_daycare_manager", "base.group_system")
        if not any(map(self.env.user.has_group, groups)):
            raise AccessError(
                self.env._("Ask a manager of the daycare to change its settings.")
            )
        self.company_id.check_access("read")

    def action_save(self):
        """Keep the settings.

        :return: a window action on the list, looked at again
        :raises AccessError: the user is not manager of the daycare
        """
        self.ensure_one()
        self._check_manager()
        vals = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in SETTINGS
        }
        # sudo: of the company these settings only, by a manager of the daycare
        self.company_id.sudo().write(vals)
        return self.with_company(self.company_id).action_open()

    def action_fix(self):
        """Set up by itself whatever can be.

        :return: a window action on the list, looked at again
        :raises AccessError: the user is not manager of the daycare
        """
        self.ensure_one()
        self._check_manager()
        self.env["daycare.setup.check"]._fix(self.company_id)
        return self.with_company(self.company_id).action_open()


class DaycareSetupStep(models.TransientModel):
    """One point of the list."""

    _name = "daycare.setup.step"
    _description = "Daycare Setup Step"
    _order = "id"

    setup_id = fields.Many2one("daycare.setup", required=True, ondelete="cascade")
    code = fields.Char(required=True)
    # Not stored: who comes back from where a part was entered sees it done.
    name = fields.Char(string="Point", compute="_compute_point")
    text = fields.Char(string="What Is Missing", compute="_compute_point")
    done = fields.Boolean(string="In Order", compute="_compute_point")
    fixable = fields.Boolean(compute="_compute_point")
    res_model = fields.Char(compute="_compute_point")
    res_id = fields.Integer(compute="_compute_point")

    @api.depends("code", "setup_id.company_id")
    @api.depends_context("lang")
    def _compute_point(self):
        check = self.env["daycare.setup.check"]
        for company, steps in self.grouped(lambda s: s.setup_id.company_id).items():
            points = {point["code"]: point for point in check._points(company)}
            for step in steps:
                point = points[step.code]
                step.name = point["name"]
                step.text = point["text"]
                step.done = not point["text"]
                step.fixable = point["fixable"]
                step.res_model = point["record"]._name
                step.res_id = point["record"].id

    def action_fix(self):
        """Set this point up.

        :return: see `daycare.setup.action_fix`
        """
        return self.setup_id.action_fix()

    def action_open(self):
        """Open where the missing part is entered.

        :return: a window action
        """
        self.ensure_one()
        if self.code == "chart":
            return self.env["ir.actions.actions"]._for_xml_id(
                "account.action_account_config"
            )
        if self.code == "bank_account":
            return self._action(
                "res.partner.bank", False, {"default_partner_id": self.res_id}
            )
        return self._action(self.res_model, self.res_id, {})

    def _action(self, model, record_id, context):
        action = {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": model,
            "view_mode": "form",
            "context": context,
        }
        if record_id:
            return {**action, "res_id": record_id}
        return {**action, "target": "new" if context else "current"}
