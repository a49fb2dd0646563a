from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ..core import period
from ..core.const import DEFAULT_LOG_DIRECTORY, DEFAULT_OUTPUT_DIRECTORY
from ..core.exceptions import SofiConfigError
from ..core.mdg import PARAMETERS

SECRET_GROUPS = "base.group_system,sofi_primmo.group_sofi_administrator"


class SofiResidence(models.Model):
    """A residence: one SOFI site, one entry of `Companies` in the script's file."""

    _name = "sofi.residence"
    _description = "Residence"
    _inherit = ["mail.thread"]
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True)
    code = fields.Char(help="Short code for file names, where VendorId is empty.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        help="Is told when a nightly run fails.",
    )
    # --- SOFI ---
    url = fields.Char(
        string="Address",
        required=True,
        tracking=True,
        help="Address of the SOFI site, such as https://siteduclient1.telemedic.ca.",
    )
    api_access_key = fields.Char(
        string="Access Key", groups=SECRET_GROUPS, copy=False, help="Clé d'accès API."
    )
    api_secret = fields.Char(
        string="Secret", groups=SECRET_GROUPS, copy=False, help="Secret de l'API."
    )
    has_credentials = fields.Boolean(compute="_compute_has_credentials")
    profile_id = fields.Many2one(
        "sofi.api.profile",
        string="API Profile",
        required=True,
        default=lambda self: self.env.ref(
            "sofi_primmo.profile_sofi_sim_v1", raise_if_not_found=False
        ),
    )
    timezone = fields.Selection(
        _tz_get, string="Time Zone", required=True, default="America/Toronto"
    )
    start_date = fields.Char(
        help="First day or instant of the services to export: YYYY-MM-DD or "
        "YYYY-MM-DDTHH:mm:ssZ. Empty: no limit.",
    )
    end_date = fields.Char(
        help="Last day (included) or instant: YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ. "
        "Empty: no limit.",
    )
    # --- MDG file ---
    vendor_id = fields.Char(string="VendorId", help="Vendor ID as configured in MDG.")
    mdg_transaction_type = fields.Char(string="Transaction Type", default="4")
    mdg_col09 = fields.Char(string="MdgFormatCol09", help="Value of column 9.")
    mdg_col11 = fields.Char(string="MdgFormatCol11", help="Value of column 11.")
    mdg_col14 = fields.Char(string="MdgFormatCol14", help="Value of column 14.")
    mdg_col15v = fields.Char(string="MdgFormatCol15V", help="Value of column 15V.")
    mdg_col15p = fields.Char(string="MdgFormatCol15P", help="Value of column 15P.")
    layout_id = fields.Many2one(
        "sofi.mdg.layout",
        string="MDG Layout",
        required=True,
        default=lambda self: self.env.ref(
            "sofi_primmo.layout_mdg_16", raise_if_not_found=False
        ),
    )
    mdg_preview = fields.Text(string="First Line", compute="_compute_mdg_preview")
    language = fields.Selection(
        [("FR", "French"), ("EN", "English")],
        required=True,
        default="FR",
        help="Language of the descriptions in the file.",
    )
    strict_service_codes = fields.Boolean(
        help="Leave out charges whose service code is not one of a service à la carte.",
    )
    dry_run = fields.Boolean(
        help="The nightly run only simulates: it makes the file but archives nothing."
    )
    dry_run_extension = fields.Char(
        required=True,
        default=".csv",
        help="Extension of simulated files. .csv is what the script did; with another "
        "one, such as .dryrun.txt, nobody imports them by mistake.",
    )
    output_directory = fields.Char(
        default=DEFAULT_OUTPUT_DIRECTORY,
        help="Folder for the files, below the folder the server allows. Empty: the "
        "files are only kept here and downloaded by hand.",
    )
    create_output_directory = fields.Boolean(
        string="Create Folder",
        help="Make the output folder where it is missing. The script did not: without "
        "this a missing folder stops the run.",
    )
    log_directory = fields.Char(
        default=DEFAULT_LOG_DIRECTORY,
        help="Folder for the daily log files, below the folder the server allows.",
    )
    stale_days = fields.Integer(
        default=30,
        help="Charges that stay accepted in SOFI for longer than this many days are "
        "reported.",
    )
    export_file_ids = fields.One2many("sofi.export.file", "residence_id")

    _url_uniq = models.UniqueIndex(
        "(company_id, url) WHERE active",
        "A residence of this company with this address exists already. Change that "
        "one, or archive it first.",
    )

    @api.depends("api_access_key", "api_secret")
    def _compute_has_credentials(self):
        for residence in self.sudo():  # sudo: only whether there is a key leaves
            residence.has_credentials = bool(
                residence.api_access_key and residence.api_secret
            )

    @api.depends(*PARAMETERS, "layout_id", "language")
    def _compute_mdg_preview(self):
        for residence in self:
            residence.mdg_preview = (
                residence.layout_id
                and residence.layout_id._preview(
                    residence._mdg_parameters(), residence.language or "FR"
                )
            )

    @api.constrains("start_date", "end_date", "timezone")
    def _check_period(self):
        for residence in self:
            residence._period()

    @api.constrains("dry_run_extension")
    def _check_dry_run_extension(self):
        for residence in self:
            extension = residence.dry_run_extension
            if not extension.startswith(".") or set(extension) & set('/\\:*?"<>| '):
                raise ValidationError(
                    self.env._(
                        "%(extension)s is no extension: write it like .csv",
                        extension=extension,
                    )
                )

    def _period(self):
        """Return the period of the services to export.

        :rtype: Period
        :raises ValidationError: when it cannot be read, or ends before it starts
        """
        self.ensure_one()
        try:
            return period.read(self.start_date, self.end_date, self.timezone)
        except SofiConfigError as error:
            if error.code == "period_order":
                text = self.env._(
                    "%(residence)s: the start %(start)s is after the end %(end)s.",
                    residence=self.name,
                    start=self.start_date,
                    end=self.end_date,
                )
            else:
                text = self.env._(
                    "%(residence)s: write start and end as YYYY-MM-DD or as "
                    "YYYY-MM-DDTHH:mm:ssZ, not %(start)s, %(end)s.",
                    residence=self.name,
                    start=self.start_date or "–",
                    end=self.end_date or "–",
                )
            raise ValidationError(text) from error

    def _mdg_parameters(self):
        """Return the values of the file's columns that the residence fixes."""
        self.ensure_one()
        return {name: self[name] or None for name in PARAMETERS}

    def _vendor_label(self):
        """Return what the log calls the residence: VendorId, company, host (3.2)."""
        self.ensure_one()
        return self.vendor_id or self.company_id.name or self._host()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exported(self):
        if any(residence.export_file_ids for residence in self):
            raise UserError(
                self.env._(
                    "A residence with exported files cannot be deleted: archive it."
                )
            )
