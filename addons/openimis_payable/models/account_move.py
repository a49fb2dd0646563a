import uuid

from odoo import api, fields, models

from .openimis_payable_line import PAYABLE_TYPES

BILL_STATUS = [
    ("0", "Draft"),
    ("1", "Validated"),
    ("2", "Paid"),
    ("3", "Cancelled"),
    ("4", "Deleted"),
    ("5", "Suspended"),
    ("6", "Unpaid"),
    ("7", "Reconciliated"),
]
AGEING = [
    ("0", "Not Due"),
    ("1", "1-30 Days"),
    ("2", "31-60 Days"),
    ("3", "61-90 Days"),
    ("4", "Over 90 Days"),
]
SUBJECT_MODELS = [
    ("openimis.closing", "Closing"),
    ("openimis.batch.run", "Batch Run"),
    ("openimis.claim", "Claim"),
    ("openimis.policy", "Policy"),
]
SENDER_MODELS = [
    ("res.partner", "Health Facility"),
    ("openimis.officer", "Enrolment Officer"),
    ("openimis.payer", "Payer"),
    ("openimis.insuree", "Insuree"),
    ("openimis.family", "Family"),
]
#: what payable lines repeat of their bill
LINES_FOLLOW = {"partner_id", "currency_id"}


class AccountMove(models.Model):
    """Bill or invoice of openIMIS: the source document's fields on Odoo's move."""

    _inherit = "account.move"

    openimis_type = fields.Selection(
        PAYABLE_TYPES,
        "openIMIS Type",
        index="btree_not_null",
        copy=False,
        readonly=True,
        help="Set on bills and invoices that belong to openIMIS.",
        engine="write",
    )
    openimis_closing_id = fields.Many2one(
        "openimis.closing",
        "Closing",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
        ondelete="restrict",
        engine=True,
    )
    openimis_uuid = fields.Char(
        "openIMIS UUID", copy=False, readonly=True, engine="write"
    )
    openimis_version = fields.Integer(
        "openIMIS Version", copy=False, readonly=True, engine="write"
    )
    openimis_code = fields.Char(
        "Bill Code", index="btree_not_null", copy=False, help="Reference of the scheme."
    )
    openimis_code_rcp = fields.Char(
        "Third Party's Reference", copy=False, help="code_rcp, code_tp"
    )
    openimis_code_ext = fields.Char("External Reference", copy=False, help="code_ext")
    openimis_subject = fields.Reference(
        SUBJECT_MODELS, "Subject", copy=False, help="What the bill is about."
    )
    openimis_sender = fields.Reference(
        SENDER_MODELS, "Third Party", copy=False, help="Who is to be paid (sender)."
    )
    openimis_subject_json = fields.Json(compute="_compute_openimis_links")
    openimis_sender_json = fields.Json(compute="_compute_openimis_links")
    openimis_date_from = fields.Date("Period From", copy=False)
    openimis_date_to = fields.Date("Period To", copy=False)
    openimis_date_validated = fields.Date(
        "Validated On",
        copy=False,
        readonly=True,
        engine=True,
        help="Day the bill was last validated.",
    )
    openimis_date_payed = fields.Date(
        "Paid On", compute="_compute_openimis_status", store=True, engine=True
    )
    openimis_terms = fields.Text("openIMIS Terms", copy=False)
    openimis_note = fields.Text("openIMIS Note", copy=False)
    openimis_currency_code = fields.Char(
        "Currency Code", related="currency_id.name", help="Currency of the scheme."
    )
    openimis_currency_rcp_code = fields.Char(
        "Recipient's Currency", copy=False, help="When it is not the scheme's."
    )
    openimis_location_id = fields.Many2one(
        "openimis.location",
        "Area",
        index="btree_not_null",
        copy=False,
        check_company=True,
        ondelete="restrict",
    )
    openimis_product_ids = fields.Many2many(
        "openimis.product", string="Insurance Products", copy=False
    )
    openimis_line_ids = fields.One2many(
        "openimis.payable.line", "move_id", "Payable Lines", copy=False
    )
    openimis_line_policy = fields.Selection(
        [("detailed", "One per Payable Line"), ("grouped", "Grouped")],
        "Invoice Lines",
        copy=False,
        readonly=True,
        engine=True,
    )
    openimis_amount_discount = fields.Monetary(
        "Total Discount",
        copy=False,
        readonly=True,
        engine=True,
    )
    openimis_tax_analysis = fields.Json(compute="_compute_openimis_tax_analysis")
    openimis_status = fields.Selection(
        BILL_STATUS,
        "openIMIS Status",
        compute="_compute_openimis_status",
        store=True,
        engine=True,
        index="btree_not_null",
        help="Status with openIMIS' numbers, derived from the bill and its payments.",
    )
    openimis_ageing = fields.Selection(
        AGEING,
        "Ageing",
        compute="_compute_openimis_ageing",
        search="_search_openimis_ageing",
        help="Days since the due date of a bill that is not paid in full, today.",
    )
    openimis_changed_by_id = fields.Many2one(
        "res.users",
        "Figures Last Changed By",
        copy=False,
        readonly=True,
        engine=True,
        ondelete="set null",
        help="Whoever last changed who gets how much by this draft.",
    )
    openimis_suspended = fields.Boolean(copy=False, readonly=True, engine=True)
    openimis_deleted = fields.Boolean(copy=False, readonly=True, engine=True)
    openimis_replaces_id = fields.Many2one(
        "account.move",
        "Amends",
        copy=False,
        readonly=True,
        index="btree_not_null",
        engine=True,
    )
    openimis_replaced_by_id = fields.Many2one(
        "account.move",
        "Amended By",
        copy=False,
        readonly=True,
        index="btree_not_null",
        engine=True,
    )
    openimis_event_ids = fields.One2many(
        "openimis.bill.event", "move_id", "openIMIS Events", copy=False
    )
    openimis_document_ids = fields.One2many(
        "openimis.bill.document", "move_id", "openIMIS Documents", copy=False
    )

    _openimis_uuid_uniq = models.UniqueIndex(
        "(company_id, openimis_uuid) WHERE openimis_uuid IS NOT NULL",
        "A bill with this openIMIS UUID exists already in the company.",
    )
    _openimis_code_uniq = models.UniqueIndex(
        "(company_id, openimis_code) WHERE openimis_code IS NOT NULL",
        "A bill with this code exists already in the company.",
    )

    @api.model
    def _billing_own_columns(self):
        return super()._billing_own_columns() | {"openimis_uuid"}

    @api.model_create_multi
    def create(self, vals_list):
        """Create moves; bills without UUID get one."""
        for vals in vals_list:
            if vals.get("openimis_type") and not vals.get("openimis_uuid"):
                vals["openimis_uuid"] = str(uuid.uuid4())
        return super().create(vals_list)

    def write(self, vals):
        """Change moves; payable lines repeat third party and currency of their bill."""
        result = super().write(vals)
        if followed := LINES_FOLLOW.intersection(vals):
            # sudo: whoever may change the bill changes what its lines repeat of it
            for bill in self.sudo().filtered("openimis_type"):
                repeated = {name: bill[name].id for name in followed}
                bill.openimis_line_ids.write(repeated)
        return result
