from odoo import api, fields, models


class DaycareLocality(models.Model):
    """A locality of the official directory of Swiss postcodes (AMTOVZ, swisstopo)."""

    _name = "daycare.locality"
    _description = "Locality"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (("daycare.child", None, "company_id"),)
    _order = "npa, suffix, name"
    _rec_names_search = ["npa", "name"]

    npa = fields.Char(
        string="Postcode", required=True, help="NPA: four digits.", index=True
    )
    suffix = fields.Char(
        string="Additional Digits",
        required=True,
        default="00",
        help="Zusatzziffer: 00 is the main locality of a postcode.",
    )
    name = fields.Char(string="Locality", required=True)
    commune = fields.Char(
        help="Political commune; empty: it is called as the locality. The official "
        "directory says it."
    )
    canton = fields.Char(size=2, help="Two letters; empty in Liechtenstein.")
    country_id = fields.Many2one(
        "res.country", required=True, default=lambda self: self.env.ref("base.ch")
    )
    main = fields.Boolean(
        string="Main Locality", help="Town taken when only the postcode is known."
    )
    active = fields.Boolean(default=True)

    _npa_name_uniq = models.UniqueIndex(
        "(npa, suffix, name)", "This locality already exists for the postcode."
    )
    _main_uniq = models.Constraint(
        "EXCLUDE (npa WITH =) WHERE (main AND active) DEFERRABLE INITIALLY DEFERRED",
        "A postcode has one main locality.",
    )

    @api.depends("npa", "name")
    def _compute_display_name(self):
        for locality in self:
            locality.display_name = (
                f"{locality.npa or ''} {locality.name or ''}".strip()
            )

    @api.model
    def _main_by_npa(self, npas=None):
        """Return the town of each postcode (kibe 1.9), in one query.

        :param npas: postcodes wanted; all when ``None``
        :return dict: postcode → locality (the main one, else the first)
        """
        domain = [] if npas is None else [("npa", "in", list(npas))]
        localities = self.search_fetch(
            domain, ["npa", "name", "country_id"], order="npa, main DESC, suffix, name"
        )
        result = {}
        for locality in localities:
            result.setdefault(locality.npa, locality)
        return result

    @api.model
    def _communes(self, places):
        """Return the communes of some places, in one query.

        :param places: iterable of (postcode, town)
        :return dict: (postcode, town) → name of the commune, which may be the town's
        """
        places = set(places)
        found = self.search_fetch(
            [("npa", "in", [npa for npa, _town in places]), ("commune", "!=", False)],
            ["npa", "name", "commune"],
        )
        known = {(own.npa, own.name): own.commune for own in found}
        return {place: known.get(place, place[1]) for place in places}

    @api.model
    def _address_vals(self, npa):
        """Return what a postcode says about an address.

        :param str npa: postcode
        :return dict: ``city`` and ``country_id``; empty for an unknown postcode
        """
        npa = (npa or "").strip()
        locality = self._main_by_npa([npa]).get(npa) if npa else None
        if not locality:
            return {}
        return {"city": locality.name, "country_id": locality.country_id.id}

    def _shared_check_new(self):
        """Refuse another locality of a known postcode: the town of it may be another.

        :raises AccessError: other companies' addresses would change
        """
        known = self.search_count(
            [("npa", "in", self.mapped("npa")), ("id", "not in", self.ids)], limit=1
        )
        self._shared_check(looked_up=bool(known))

    def _differences(self, vals):
        """Return those of the values that differ from the locality's own."""
        self.ensure_one()
        own = self._convert_to_write({name: self[name] for name in vals})
        return {name: value for name, value in vals.items() if own[name] != value}
