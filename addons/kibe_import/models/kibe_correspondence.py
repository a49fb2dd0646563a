from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core import mapping

KINDS = [
    ("group", "Group in Kibé"),
    ("target", "Group Named by groups.xml"),
    ("code", "Planning Code"),
    ("contact", "Guardian in Kibé"),
]


class KibeCorrespondence(models.Model):
    """What something of Kibé means here, where the delivery does not say it.

    Made from a message of an import and remembered for the next deliveries. What a
    delivery says itself comes first (specification sections 2.1 and 5.2).
    """

    _name = "kibe.correspondence"
    _description = "Kibé Correspondence"
    _inherit = ["exchange.engine.mixin"]
    _order = "kind, structure, name"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        KINDS,
        string="What",
        required=True,
        help="A pair of structure and group missing from groups.xml; a «GroupSaiId» "
        "that does not exist here; a «pr code» missing from slots.xml; a guardian "
        "whose accounting ID fits several contacts.",
    )
    structure = fields.Char(
        string="Kibé Structure", help="«Groupe de structure ID» of prestations.csv."
    )
    name = fields.Char(string="In Kibé", required=True)
    group_id = fields.Many2one(
        "daycare.group", check_company=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        check_company=True,
        ondelete="cascade",
        index="btree_not_null",
        help="Of the contacts with the guardian's accounting ID, the one that gets the "
        "guardian's file.",
    )
    slot_numbers = fields.Char(
        string="Slots",
        help="Numbers of the slots, separated by commas. Empty: the slots that fit the "
        "hours best are found.",
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, kind, COALESCE(structure, ''), name)",
        "This correspondence already exists.",
    )

    @api.constrains("kind", "group_id", "structure", "slot_numbers", "partner_id")
    def _check_target(self):
        for entry in self:
            if entry.kind in ("group", "target") and not entry.group_id:
                raise ValidationError(self.env._("Choose the group."))
            if entry.kind == "contact" and not entry.partner_id:
                raise ValidationError(self.env._("Choose the contact."))
            if entry.kind == "group" and not entry.structure:
                raise ValidationError(self.env._("Enter the structure of Kibé."))
            if not mapping.is_numbers(entry.slot_numbers):
                raise ValidationError(
                    self.env._(
                        "«%(value)s» must be empty or numbers of slots separated by "
                        "commas.",
                        value=entry.slot_numbers,
                    )
                )
