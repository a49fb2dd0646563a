import json
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from odoo.addons.base.models.res_partner import _tz_get

from ..core import period
from ..core.const import DEFAULT_LOG_DIRECTORY, DEFAULT_OUTPUT_DIRECTORY
from ..core.exceptions import SofiConfigError
from ..core.mdg import PARAMETERS
from ..core.transport import check_form, site
from .sofi_morning import WAITING

_logger = logging.getLogger(__name__)

SECRET_GROUPS = "base.group_system,sofi_primmo.group_sofi_administrator"


class SofiResidence(models.Model):
    """A residence: one SOFI site, one entry of `Companies` in the script's file."""

    _name = "sofi.residence"
    _description = "Residence"
    _inherit = ["mail.thread", "exchange.engine.mixin"]
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
        help="Is told when an export of this residence fails or differs.",
    )
    retry_times = fields.Integer(
        string="Tried Again",
        default=3,
        help="How often a nightly export of this residence that failed is tried again "
        "by itself. 0: a person resumes it.",
    )
    retry_minutes = fields.Integer(
        string="Minutes Between",
        default=60,
        help="So many minutes pass before a failed nightly export is tried again.",
    )
    # --- SOFI ---
    url = fields.Char(
        string="Address",
        required=True,
        tracking=True,
        help="Address of the SOFI site, such as https://siteduclient1.telemedic.ca.",
    )
    site = fields.Char(
        compute="_compute_site",
        store=True,
        help="What all spellings of the address have in common: one SOFI site is one "
        "residence, else its charges would be billed twice.",
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
        tracking=True,
        help="The nightly run only simulates: it makes the file but archives nothing.",
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
    output_mount = fields.Char(
        string="Disk of the Folder",
        readonly=True,
        copy=False,
        engine=True,
        help="Where the disk or network share of the output folder is mounted. When "
        "the share is gone, files must not go to the server's own disk. Create Folders "
        "looks at it anew.",
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
    # --- the morning ---
    morning_mail = fields.Selection(
        [
            ("always", "Each Morning"),
            ("trouble", "When Something Is Wrong"),
            ("never", "Never"),
        ],
        string="Morning E-mail",
        required=True,
        default="trouble",
        help="When the responsible person is told by e-mail how the night went. An "
        "e-mail each morning also says, when it stays away, that the server stands "
        "still.",
    )
    morning_state = fields.Selection(
        [
            ("late", "No Export"),
            ("failed", "Failed"),
            ("unsettled", "To Settle"),
            ("waiting", "Files Wait"),
            ("left_out", "Charges Left Out"),
            ("fine", "Well"),
            ("simulated", "Simulated"),
        ],
        string="Last Night",
        compute="_compute_morning",
    )
    morning_day = fields.Date(string="Last File", compute="_compute_morning")
    morning_currency_id = fields.Many2one("res.currency", compute="_compute_morning")
    morning_amount = fields.Monetary(
        string="Amount",
        compute="_compute_morning",
        currency_field="morning_currency_id",
    )
    morning_before = fields.Monetary(
        string="Four Weeks Before",
        compute="_compute_morning",
        currency_field="morning_currency_id",
        help="Of the same weekday.",
    )
    morning_waiting = fields.Integer(
        string="Files Waiting for Primmo", compute="_compute_morning"
    )
    morning_waiting_since = fields.Date(
        string="Oldest File Waiting", compute="_compute_morning"
    )
    morning_left_out = fields.Integer(
        string="Charges Left Out by the Last Export", compute="_compute_morning"
    )
    morning_graph = fields.Text(compute="_compute_morning")

    _site_uniq = models.UniqueIndex(
        "(site) WHERE active AND site != ''",
        "Another residence speaks with this SOFI site already, maybe under another "
        "spelling of its address or in another company: its charges would be billed "
        "twice. Change that one, or archive it first.",
    )

    @api.depends("url")
    def _compute_site(self):
        for residence in self:
            residence.site = site(residence.url)

    @api.constrains("url")
    def _check_address(self):
        for residence in self:
            try:
                check_form(residence.url, residence._allow_private())
            except SofiConfigError as error:
                raise ValidationError(residence._config_text(error)) from error

    @api.constrains("retry_times", "retry_minutes")
    def _check_retry(self):
        for residence in self:
            times, minutes = residence.retry_times, residence.retry_minutes
            if not 0 <= times <= 20 or not 1 <= minutes <= 1440:
                raise ValidationError(
                    self.env._(
                        "%(residence)s: choose 0 to 20 new tries, 1 to 1440 minutes "
                        "apart.",
                        residence=residence.name,
                    )
                )

    def write(self, vals):
        """Write; another output folder may lie on another disk."""
        result = super().write(vals)
        if "output_directory" in vals and "output_mount" not in vals:
            self._forget_mount()
        return result

    @api.depends_context("uid", "lang")
    def _compute_morning(self):
        found = self.env["sofi.morning"]._of(self)
        currency = self.env.ref("base.CAD")
        for residence in self:
            facts = found[residence]
            residence.morning_state = facts["state"]
            residence.morning_day = facts["day"]
            residence.morning_currency_id = currency
            residence.morning_amount = facts["amount"]
            residence.morning_before = facts["before"]
            residence.morning_waiting = facts["waiting"]
            residence.morning_waiting_since = facts["waiting_since"]
            residence.morning_left_out = sum(facts["left_out"].values())
            residence.morning_graph = residence._morning_bars(facts["nights"])

    def _morning_bars(self, nights):
        """Return the last nights as Odoo's dashboards draw them; False without any."""
        if not any(amount for _day, amount in nights):
            return False
        bars = [
            {
                "label": format_date(self.env, day, date_format="d MMM"),
                "value": amount,
                "type": "past",
            }
            for day, amount in nights
        ]
        return json.dumps([{"key": self.env._("Exported"), "values": bars}])

    def action_open_morning(self):
        """Open what the morning asks to be done, else the residence's exports.

        :return: window action
        """
        self.ensure_one()
        name, domain = {
            "waiting": (
                "sofi_primmo.sofi_export_file_action",
                [*WAITING, ("residence_id", "=", self.id)],
            ),
            "left_out": (
                "sofi_primmo.sofi_charge_action",
                list(self.env["sofi.morning"]._left_out_domain(self)),
            ),
        }.get(
            self.morning_state,
            ("sofi_primmo.sofi_export_action", [("residence_ids", "in", self.ids)]),
        )
        window = self.env["ir.actions.actions"]._for_xml_id(name)
        window.pop("path", None)  # its address would show the whole list
        return {**window, "domain": domain, "context": {}}

    def _twins(self):
        """Return the other residences of the same SOFI site, archived ones too.

        In all companies: SOFI does not know of them.
        """
        self.ensure_one()
        # sudo: only whether there are any, and which charges they exported, is used
        everywhere = self.sudo().with_context(active_test=False)
        found = everywhere.search([("site", "=", self.site), ("site", "!=", False)])
        return found - self

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
                        "%(extension)s is no extension: write it like .dryrun.txt",
                        extension=extension,
                    )
                )

    def _report_twins(self):
        """Tell the responsible person of each residence that shares its SOFI site.

        They come from databases older than the rule against it. Until one of them is
        archived, neither is exported.

        :return: the residences that share their site
        """
        twins = self.filtered(lambda r: r.active and r._twins().filtered("active"))
        for residence in twins:
            others = residence._twins().filtered("active")
            _logger.warning(
                "SOFI: residences %s speak with the same site", (residence | others).ids
            )
            reader = residence.with_context(lang=residence.user_id.lang)
            residence.message_post(
                body=reader.env._(
                    "This residence and %(others)s speak with the same SOFI site: its "
                    "charges would be billed twice. Neither is exported until one of "
                    "them is archived. Look in Primmo whether charges were billed "
                    "twice before.",
                    others=", ".join(others.mapped("name")),
                ),
                partner_ids=residence.user_id.partner_id.ids,
            )
        return twins

    def _today(self):
        """Return the day it is at the residence, wherever the user is."""
        return fields.Date.context_today(self.with_context(tz=self[:1].timezone))

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
        """Return what the log calls the residence: its VendorId, else its own name."""
        self.ensure_one()
        return self.vendor_id or self.code or self.name or self._host()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exported(self):
        if any(residence.export_file_ids for residence in self):
            raise UserError(
                self.env._(
                    "A residence with exported files cannot be deleted: archive it."
                )
            )
