from odoo import fields, models

KINDS = [
    ("missing_required", "Required field missing"),
    ("sex_unsupported", "Sex not supported"),
    ("nam_format", "NAM: wrong format"),
    ("nam_date", "NAM: impossible date"),
    ("nam_sequence", "NAM: position 11 is 0"),
    ("nam_check_digit", "NAM: check digit"),
    ("nam_disagrees", "NAM disagrees with the person"),
    ("nam_expired", "NAM expired"),
    ("nam_temporary", "Temporary NAM for long"),
    ("temp_nam_collision", "Temporary NAM shared"),
    ("nam_twice", "Two tenants have this NAM"),
    ("departed_primmo", "Left according to Primmo, not in SOFI"),
    ("departed_sofi", "Left according to SOFI, not in Primmo"),
    ("match_ambiguous", "A person must decide"),
    ("match_near", "Nearly the same person"),
    ("unit_unknown", "Unit without SOFI room"),
    ("unit_duplicate", "Unit number twice in Primmo"),
    ("room_duplicate", "Room number twice in SOFI"),
    ("room_suffix", "Room number with a suffix"),
    ("occupant_type_only_primmo", "Occupant type only in Primmo"),
    ("occupant_type_only_sofi", "Accommodation type only in SOFI"),
    ("occupant_type_near", "Occupant type nearly equal"),
    ("no_accommodation_type", "No accommodation type"),
    ("service_code", "Service code outside the convention"),
    ("service_only_primmo", "Service only in Primmo"),
    ("price_differs", "Unit price differs"),
]


class SofiConventionIssue(models.Model):
    """Something that breaks the Primmo-SOFI convention; replaced at each check."""

    _name = "sofi.convention.issue"
    _description = "Convention Issue"
    _order = "severity, kind, id"
    _rec_name = "kind"

    residence_id = fields.Many2one(
        "sofi.residence", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="residence_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(KINDS, required=True, index=True)
    severity = fields.Selection(
        [
            ("1_error", "Not synchronized"),
            ("2_warning", "Warning"),
            ("3_info", "Advice"),
        ],
        required=True,
    )
    detail = fields.Char()
    res_model = fields.Char()
    res_id = fields.Many2oneReference(string="Record", model_field="res_model")

    def action_open_record(self):
        """Open the record that breaks the convention.

        :return: a window action, or False
        """
        self.ensure_one()
        if not self.res_id:
            return False
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
