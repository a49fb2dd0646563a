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
        help="Account code of the health facility (acc_code). Of a payable account: "
        "what the facility is owed stands there, unless a payable account of its own "
        "is set under Accounting. Of another account: the lines of its bills go there "
        "where the product names none. A code outside the chart of accounts is its "
        "number as a supplier, and changes no account.",
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

    def _openimis_payable_accounts(self, company):
        """Return the payable accounts that facilities' codes name.

        A payable account that was set on the facility itself goes before its code.

        :param company: `res.company` whose chart of accounts it is
        :return: dict {partner id: `account.account` id}
        """
        partners = self.with_company(company).filtered("openimis_account_code")
        if not partners:
            return {}
        by_code = company._openimis_accounts_by_code(
            partners.mapped("openimis_account_code"),
            ("account_type", "=", "liability_payable"),
        )
        field = self._fields["property_account_payable_id"]
        usual = field.get_company_dependent_fallback(partners)
        return {
            partner.id: by_code[partner.openimis_account_code]
            for partner in partners
            if partner.openimis_account_code in by_code
            and partner.commercial_partner_id[field.name] in (usual, usual.browse())
        }
