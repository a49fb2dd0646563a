import re
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.exchange_run.core.money import exact

from ..core import payment_layout as core
from ..core.pattern import is_quick

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
#: longer ones are no description of an account
LONGEST_PATTERN = 100
#: what the preview of a layout shows
EXAMPLE = {
    "account": "2250701020304",
    "amount": Decimal("1234.00"),
    "batch": "PAY0001",
    "bic": "EXMPCHZZ",
    "communication": "IV-HF-A-2026-01",
    "company": "Insurance Scheme",
    "company_account": "2250700000000",
    "count": "1",
    "currency": "XOF",
    "date": date(2026, 1, 31),
    "holder": "Saint Anne Health Centre",
    "number": "1",
    "partner_code": "HF-A",
    "phone": "+2250701020304",
    "reference": "OI20260000001",
    "total": Decimal("1234.00"),
}


class OpenimisPaymentLayout(models.Model):
    """A kind of payment file that a bank or an operator takes, as data.

    Each of them has its own: a layout is a choice, not code.
    """

    _name = "openimis.payment.layout"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (
        (
            "account.payment.method.line",
            "openimis_layout_id",
            "journal_id.company_id",
        ),
    )
    _description = "Payment File Layout"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    column_ids = fields.One2many(
        "openimis.payment.layout.column", "layout_id", string="Columns", copy=True
    )
    separator = fields.Selection(
        [("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab"), ("pipe", "|")],
        required=True,
        default="comma",
    )
    quoting = fields.Selection(
        [("minimal", "Only where needed"), ("all", "Every field")],
        required=True,
        default="minimal",
    )
    heading = fields.Boolean("First Line Names the Columns", default=True)
    decimal_sign = fields.Selection(
        [(".", "Point"), (",", "Comma")], required=True, default="."
    )
    decimals = fields.Integer(
        default=2, help="Of an amount. A payment with more of them is refused."
    )
    date_format = fields.Selection(
        [
            ("%Y-%m-%d", "2026-01-31"),
            ("%Y%m%d", "20260131"),
            ("%d/%m/%Y", "31/01/2026"),
            ("%d.%m.%Y", "31.01.2026"),
            ("%m/%d/%Y", "01/31/2026"),
        ],
        required=True,
        default="%Y-%m-%d",
    )
    encoding = fields.Selection(
        [
            ("utf-8", "UTF-8"),
            ("utf-8-sig", "UTF-8 with byte order mark"),
            ("cp1252", "Windows-1252"),
            ("ascii", "ASCII, without accents"),
        ],
        required=True,
        default="utf-8",
    )
    line_end = fields.Selection(
        [("crlf", "CR LF (Windows)"), ("lf", "LF")], required=True, default="crlf"
    )
    extension = fields.Selection(
        [("csv", ".csv"), ("txt", ".txt")], required=True, default="csv"
    )
    account_pattern = fields.Char(
        "Accounts Look Like",
        help="Regular expression of the whole account, without blanks. A third party "
        "with several accounts is paid to the first one that fits.",
    )
    account_hint = fields.Char(
        "Accounts in Words",
        translate=True,
        help="What such an account is, for people: “a mobile number with country "
        "code”.",
    )
    amount_least = fields.Float("Least Amount", help="Of one payment. 0: any.")
    amount_most = fields.Float("Most Amount", help="Of one payment. 0: any.")
    rows_most = fields.Integer("Most Payments", help="In one file. 0: any number.")
    currency_ids = fields.Many2many(
        "res.currency", string="Currencies", help="Only these; any when empty."
    )
    preview = fields.Text("First Lines", compute="_compute_preview")

    @api.depends(
        "separator",
        "quoting",
        "heading",
        "decimal_sign",
        "decimals",
        "date_format",
        "encoding",
        "line_end",
        "column_ids.title",
        "column_ids.sequence",
        "column_ids.source",
        "column_ids.prefix",
        "column_ids.width",
    )
    def _compute_preview(self):
        for layout in self:
            # the checks are for real payments
            written = core.write(layout._to_core(checked=False), [EXAMPLE])
            layout.preview = written.content.decode(layout.encoding or "utf-8")

    @api.constrains("account_pattern", "decimals", "column_ids")
    def _check_layout(self):
        for layout in self:
            if not 0 <= layout.decimals <= 6:
                raise ValidationError(self.env._("Decimals are from 0 to 6."))
            if not layout.column_ids:
                raise ValidationError(
                    self.env._("The layout %s needs columns.", layout.name)
                )
            layout._check_pattern()

    def _check_pattern(self):
        pattern = self.account_pattern or ""
        if len(pattern) > LONGEST_PATTERN:
            raise ValidationError(
                self.env._("The description of accounts is too long: %s", pattern)
            )
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValidationError(
                self.env._(
                    "%(pattern)s is no regular expression: %(reason)s",
                    pattern=pattern,
                    reason=str(error),
                )
            ) from error
        if not is_quick(pattern):
            raise ValidationError(
                self.env._(
                    "%s would take too long to compare with an account. Write it "
                    "without parts of many lengths within parts that are repeated, "
                    "and with few of them in all.",
                    pattern,
                )
            )

    def copy_data(self, default=None):
        """Give each copy a name of its own."""
        named = default or {}
        return [
            {**vals, "name": named.get("name") or self.env._("%s (copy)", layout.name)}
            for layout, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _to_core(self, checked=True):
        """Return the layout as the writer of the file takes it.

        :param bool checked: with what it takes, and not only how it is written
        """
        self.ensure_one()
        checks = {
            "account_pattern": self.account_pattern or "",
            "amount_least": exact(self.amount_least) or None,
            "amount_most": exact(self.amount_most) or None,
            "rows_most": self.rows_most,
            "currencies": tuple(self.currency_ids.mapped("name")),
        }
        columns = self.column_ids.sorted(lambda c: (c.sequence, c._origin.id or 0))
        return core.Layout(
            columns=tuple(column._to_core() for column in columns),
            separator=SEPARATORS.get(self.separator, ","),
            quote_all=self.quoting == "all",
            decimal_sign=self.decimal_sign or ".",
            decimals=min(max(self.decimals, 0), 6),
            date_format=self.date_format or "%Y-%m-%d",
            encoding=self.encoding or "utf-8",
            line_end=LINE_ENDS.get(self.line_end, "\r\n"),
            heading=self.heading,
            **(checks if checked else {}),
        )

    def _changed_since(self, moment):
        """Tell whether the layout, or a column, was written after a moment.

        :param datetime moment: of the database, without a zone
        :rtype: bool
        """
        changes = [*self.mapped("write_date"), *self.column_ids.mapped("write_date")]
        return any(change > moment for change in changes)

    def _fault_text(self, fault):
        """Return what is wrong with a payment, in the user's language."""
        texts = {
            "too_many": self.env._("The file takes %(value)s payments at most."),
            "no_value": self.env._("the column %(title)s would be empty."),
            "account": self.env._(
                "%(value)s is no account that the file takes%(hint)s."
            ),
            "too_little": self.env._("the amount is below the least one, %(value)s."),
            "too_much": self.env._("the amount is above the most one, %(value)s."),
            "decimals": self.env._("%(value)s has more decimals than the file takes."),
            "currency": self.env._("the file takes no payments in %(value)s."),
            "too_wide": self.env._("%(value)s is too long for the column %(title)s."),
            "unwritable": self.env._(
                "%(value)s has characters that the column %(title)s cannot hold."
            ),
        }
        hint = self.account_hint and f" ({self.account_hint})"
        return texts[fault.code] % {
            "title": fault.title,
            "value": fault.value or "–",
            "hint": hint or "",
        }


class OpenimisPaymentLayoutColumn(models.Model):
    """One column of a payment file."""

    _name = "openimis.payment.layout.column"
    _inherit = ["exchange.shared.mixin"]
    _shared_in = "layout_id"
    _description = "Payment File Column"
    _order = "layout_id, sequence, id"
    _rec_name = "title"

    layout_id = fields.Many2one(
        "openimis.payment.layout", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    title = fields.Char("Heading", required=True)
    source = fields.Selection(
        [
            ("account", "Account to pay to"),
            ("holder", "Holder of the account"),
            ("bic", "BIC of its bank"),
            ("phone", "Phone of the third party"),
            ("partner_code", "Code of the third party"),
            ("amount", "Amount"),
            ("currency", "Currency"),
            ("date", "Day of the payment"),
            ("reference", "Reference of the payment"),
            ("communication", "Codes of the bills"),
            ("number", "Number of the line"),
            ("batch", "Name of the batch"),
            ("count", "Payments in the batch"),
            ("total", "Total of the batch"),
            ("company", "Company"),
            ("company_account", "Account of the company"),
        ],
        "Content",
        help="Empty: the text before it, on every line.",
    )
    prefix = fields.Char("Text Before", help="Such as + before a number.")
    width = fields.Integer(
        help="Most characters, 0 for no limit. A text is cut; an account, an amount or "
        "a reference that is too long stops the file."
    )
    required = fields.Boolean("Must Be Filled")

    def unlink(self):
        """Delete columns; their layouts are others than they were."""
        layouts = self.layout_id
        result = super().unlink()
        for layout in layouts.exists():
            layout.name = layout.name  # so that it is known since when
        return result

    def _to_core(self):
        """Return the column as the writer of the file takes it."""
        self.ensure_one()
        return core.Column(
            title=self.title or "",
            source=self.source or "",
            prefix=self.prefix or "",
            width=self.width,
            required=self.required,
        )
