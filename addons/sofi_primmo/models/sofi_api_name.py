from string import Formatter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.api_profile import KINDS


class SofiApiName(models.Model):
    """One word of SOFI's interface that differs from the connector's own."""

    _name = "sofi.api.name"
    _inherit = ["exchange.shared.mixin"]
    _shared_in = "profile_id"
    _description = "SOFI API Name"
    _order = "kind, key"
    _rec_name = "key"

    profile_id = fields.Many2one(
        "sofi.api.profile", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("path", "Path"),
            ("parameter", "Query parameter"),
            ("field", "Field"),
            ("value", "Status word"),
        ],
        required=True,
    )
    key = fields.Char(string="Connector's Name", required=True)
    value = fields.Char(string="SOFI's Name", required=True)

    _key_uniq = models.Constraint(
        "UNIQUE(profile_id, kind, key)", "A name can be given only once per profile."
    )

    @api.constrains("kind", "key", "value")
    def _check_key(self):
        for name in self.filtered(lambda name: name.kind in KINDS):
            if name.key not in KINDS[name.kind]:
                raise ValidationError(
                    self.env._(
                        "%(key)s is none of the connector's names. Choose one of: "
                        "%(known)s.",
                        key=name.key,
                        known=", ".join(KINDS[name.kind]),
                    )
                )
            if name.kind == "path" and not _is_path(
                name.value, KINDS["path"][name.key]
            ):
                raise ValidationError(
                    self.env._(
                        "The path %(path)s cannot be used. Write it like %(example)s.",
                        path=name.value,
                        example=KINDS["path"][name.key],
                    )
                )


def _is_path(path, example):
    """Tell whether a path begins with / and has the places of the connector's own."""
    try:
        places, known = (
            {place for _text, place, *_format in Formatter().parse(text)} - {None}
            for text in (path, example)
        )
    except ValueError:  # an unclosed brace
        return False
    return path.startswith("/") and places == known
