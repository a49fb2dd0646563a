from odoo import fields, models


class ResPartner(models.Model):
    """Health facilities of openIMIS are partners, so that they can be paid."""

    _inherit = "res.partner"
    #: as in base, and the code: files name facilities by it
    _rec_names_search = [
        "complete_name",
        "email",
        "ref",
        "vat",
        "company_registry",
        "openimis_code",
    ]

    openimis_is_facility = fields.Boolean("Health Facility", index="btree_not_null")
    openimis_uuid = fields.Char("openIMIS UUID", copy=False)
    openimis_version = fields.Integer("openIMIS Version", copy=False)
    openimis_date_updated = fields.Datetime("Changed in openIMIS", copy=False)
    openimis_code = fields.Char("openIMIS Code", index="btree_not_null")
    openimis_level = fields.Selection(
        [("D", "Dispensary"), ("C", "Health Centre"), ("H", "Hospital")],
        "Facility Level",
    )
    openimis_sub_level = fields.Selection(
        [
            ("N", "No Sub-level"),
            ("D", "District"),
            ("I", "Integrated"),
            ("R", "Reference"),
            ("S", "Specialised"),
        ],
        "Facility Sub-level",
    )
    openimis_legal_form = fields.Selection(
        [
            ("C", "Charity"),
            ("D", "District Organization"),
            ("G", "Government"),
            ("P", "Private Organisation"),
        ],
        "Legal Form",
    )
    openimis_care_type = fields.Selection(
        [("I", "In-patient"), ("O", "Out-patient"), ("B", "In- and Out-patient")],
        "Care Type",
    )
    openimis_status = fields.Selection(
        [("AC", "Active"), ("IN", "Inactive"), ("DE", "Delisted"), ("ID", "Idle")],
        "Facility Status",
    )
    openimis_account_code = fields.Char(
        "Facility Account Code",
        help="Account code of the health facility (acc_code): the ledger account of "
        "its bills' lines where the product names none. A code that is not in the "
        "chart of accounts, or that of a payable account, leaves it to the account of "
        "the type.",
    )
    openimis_location_id = fields.Many2one(
        "openimis.location", "openIMIS Location", index="btree_not_null"
    )
    openimis_catchment_ids = fields.One2many(
        "openimis.catchment", "partner_id", "Catchment Area"
    )

    _openimis_uuid_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), openimis_uuid) WHERE openimis_uuid IS NOT NULL",
        "A partner with this openIMIS UUID exists already in the company.",
    )
