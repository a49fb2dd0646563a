from odoo import api, fields, models

from .rights import has_right

#: Odoo's own buttons on a document, and the field that says who may press them on a
#: bill of openIMIS
BUTTONS = {
    "action_post": "openimis_may_validate",
    "button_draft": "openimis_may_update",
    "button_cancel": "openimis_may_delete",
    "action_reverse": "openimis_may_delete",
    "action_register_payment": "openimis_may_pay",
    "action_force_register_payment": "openimis_may_pay",
    "button_hash": "openimis_may_update",
}
#: the right behind each of these fields
RIGHTS = {
    "openimis_may_update": "156103",
    "openimis_may_delete": "156104",
    "openimis_may_pay": "156202",
}


class AccountMove(models.Model):
    """Odoo's buttons are shown on bills to those only who may press them."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    openimis_may_update = fields.Boolean(compute="_compute_openimis_may")
    openimis_may_validate = fields.Boolean(compute="_compute_openimis_may")
    openimis_may_delete = fields.Boolean(compute="_compute_openimis_may")
    openimis_may_pay = fields.Boolean(compute="_compute_openimis_may")

    @api.depends(
        "company_id",
        "create_uid",
        "openimis_changed_by_id",
        "openimis_type",
        "openimis_suspended",
        "openimis_location_id",
    )
    @api.depends_context("uid")
    def _compute_openimis_may(self):
        allowed = {name: has_right(self.env, code) for name, code in RIGHTS.items()}
        for move in self:
            for name, may in allowed.items():
                move[name] = not move.openimis_type or (may and move.openimis_in_area)
            move.openimis_may_validate = move.openimis_may_update and not (
                move.openimis_type and move._openimis_waits_for_second_person()
            )
            if move.openimis_suspended:
                move.openimis_may_pay = False

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for name, field in BUTTONS.items():
                for button in arch.xpath(f"//header//button[@name='{name}']"):
                    hidden = button.get("invisible")
                    hidden = f"({hidden}) or " if hidden else ""
                    button.set("invisible", f"{hidden}not {field}")
        return arch, view

    def _compute_payments_widget_to_reconcile_info(self):
        result = super()._compute_payments_widget_to_reconcile_info()
        for bill in self.filtered("openimis_type"):
            if not bill.openimis_may_pay:
                bill.invoice_outstanding_credits_debits_widget = False
        return result

    def action_openimis_events(self):
        """Open the events of the bill, where messages are added.

        :return: a window action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Events of %s", self.display_name),
            "res_model": "openimis.bill.event",
            "view_mode": "list",
            "domain": [("move_id", "=", self.id)],
            "context": {"default_move_id": self.id},
        }
