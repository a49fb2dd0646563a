from odoo import fields, models

ADDRESS_MODES = [
    ("1", "Independent address"),
    ("2", "Address of the debtor"),
    ("3", "Address of the guardian"),
    ("4", "Address of the guardian, and independent"),
]


class ResCompany(models.Model):
    """A company's choices for its imports from Kibé."""

    _inherit = "res.company"

    kibe_address_mode = fields.Selection(
        ADDRESS_MODES,
        string="Kibé: Child's Address",
        default="1",
        required=True,
        help="Where an imported child's address comes from (CRM01, modes 1 to 4).",
    )
    kibe_address_block = fields.Boolean(
        string="Kibé: Replace Addresses as a Whole",
        help="The two address lines and the postcode are replaced together, blank "
        "cells included.",
    )
    kibe_keep_days = fields.Integer(
        string="Kibé: Keep Files (Days)",
        default=90,
        help="Delivered files hold children's data: they are deleted after this time.",
    )
    kibe_groups_xml = fields.Binary(
        string="Kibé: Last groups.xml",
        attachment=True,
        groups="kibe_import.group_kibe_import_user",
        help="Mapping of the last import, used for a workbook that comes alone.",
    )
    kibe_slots_xml = fields.Binary(
        string="Kibé: Last slots.xml",
        attachment=True,
        groups="kibe_import.group_kibe_import_user",
        help="Mapping of the last import, used for a workbook that comes alone.",
    )

    _kibe_keep_days_positive = models.Constraint(
        "CHECK(kibe_keep_days > 0)", "Keep the files of an import at least one day."
    )
