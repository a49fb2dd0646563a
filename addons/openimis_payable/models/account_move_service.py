from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..core.payable import GROUP_ABOVE
from .rights import require_right

BILL_FIELDS = (
    "partner_id",
    "invoice_date",
    "invoice_date_due",
    "date",
    "ref",
    "payment_reference",
    "invoice_payment_term_id",
    "openimis_code",
    "openimis_code_ext",
    "openimis_code_rcp",
    "openimis_currency_rcp_code",
    "openimis_date_from",
    "openimis_date_to",
    "openimis_location_id",
    "openimis_note",
    "openimis_product_ids",
    "openimis_sender",
    "openimis_subject",
    "openimis_terms",
)
#: what is decided when a bill is made
NEW_BILL_FIELDS = (
    "company_id",
    "currency_id",
    "journal_id",
    "move_type",
    "openimis_type",
)
MOVE_TYPES = ("in_invoice", "in_refund", "out_invoice", "out_refund")


class AccountMove(models.Model):
    """openIMIS' services on bills and their lines.

    Public methods for screens and programs; each works with the caller's rights and
    leaves its event on the bill.
    """

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    # === BILLS ===

    @api.model
    def openimis_bill_create(self, vals, lines=()):
        """Create a draft bill with its lines: all or nothing.

        Source: service billCreate. Right 156102.

        :param dict vals: values of the bill; at least `partner_id`; `move_type`
            (default in_invoice), `openimis_type` (default other), and any of the
            bill's openIMIS fields
        :param list lines: dicts as for :meth:`openimis_bill_item_create`
        :return: the bill, an `account.move` record
        :raises AccessError: without the right
        :raises UserError: a field is not one of the bill's, or the type no bill's
        :raises ValidationError: a line is not valid
        """
        require_right(self.env, "156102")
        self._openimis_check_fields(vals, BILL_FIELDS + NEW_BILL_FIELDS)
        vals = {"move_type": "in_invoice", "openimis_type": "other", **vals}
        if vals["move_type"] not in MOVE_TYPES:
            raise UserError(
                self.env._(
                    "%(given)s is no type of bill. Use one of: %(types)s",
                    given=vals["move_type"],
                    types=", ".join(MOVE_TYPES),
                )
            )
        bill = self.create(vals)
        if lines:
            bill._openimis_create_lines(lines)
        bill._openimis_add_event("1", self.env._("Bill created"))
        return bill

    def openimis_bill_update(self, vals):
        """Change fields of bills. Source: service billUpdate. Right 156103.

        :param dict vals: any of the bill's fields named in `BILL_FIELDS`
        :return: True
        :raises AccessError: without the right
        :raises UserError: a field is not one of the bill's
        """
        self._openimis_require("156103")
        self._openimis_check_fields(vals, BILL_FIELDS)
        changes = {name: str(value) for name, value in vals.items()}
        self.write(vals)
        self._openimis_add_event("1", self.env._("Bill changed"), changes)
        return True

    # === LINES ===

    def openimis_bill_item_create(self, lines):
        """Add payable lines to a draft bill. Source: billItemCreate. Right 156102.

        :param list lines: dicts with `code`, `description`, `details`, `quantity`
            (default 1), `unit_price`, `discount` and `deduction` (amounts),
            `account_id`, `product_id`, `tax_ids`
        :return: the `openimis.payable.line` records
        :raises AccessError: without the right
        :raises UserError: the bill is not a draft
        """
        self._openimis_require("156102")
        created = self._openimis_create_lines(lines)
        self._openimis_add_event("1", self.env._("%s lines added", len(created)))
        return created

    def openimis_bill_item_update(self, line_id, vals):
        """Change a payable line of a draft bill. Source: billItemUpdate. Right 156103.

        :param int line_id: id of the `openimis.payable.line`
        :param dict vals: as for :meth:`openimis_bill_item_create`
        :return: True
        :raises AccessError: without the right
        :raises UserError: the bill is not a draft, or the line is not one of it
        """
        self._openimis_require("156103")
        line = self._openimis_own_lines([line_id])
        with line._engine_writes():
            line.write(line._checked_vals(vals, self.currency_id, line))
        self._openimis_sync_lines()
        self._openimis_add_event("1", self.env._("Line %s changed", line.code))
        return True

    def openimis_bill_item_delete(self, line_ids):
        """Delete payable lines of a draft bill. Source: billItemDelete. Right 156104.

        The documents behind the lines stay. One that no line of the bill stands for
        any more can be billed again.

        :param list line_ids: ids of the `openimis.payable.line` records
        :return: True
        :raises AccessError: without the right
        :raises UserError: the bill is not a draft, or a line is not one of it
        """
        self._openimis_require("156104")
        lines = self._openimis_own_lines(line_ids)
        codes = ", ".join(lines.mapped("code"))
        # what other lines still bill would be paid twice
        rest = self.openimis_line_ids - lines
        freed = lines._sources() - rest._sources()
        partly = lines._sources() & rest._sources()
        with lines._engine_writes():
            lines.unlink()
        self._openimis_release_sources(freed)
        self._openimis_sync_lines()
        self._openimis_add_event("1", self.env._("Lines deleted: %s", codes))
        self._openimis_note_partly_billed(partly)
        return True

    def _openimis_note_partly_billed(self, sources):
        """Let links and an event say what is left of sources billed in part.

        :param set sources: (model, id) of sources of which a line was deleted
        """
        for link in self._billing_links("active"):
            if (link.res_model, link.res_id) not in sources:
                continue
            lines = self.openimis_line_ids.filtered(
                lambda line, link=link: (link.res_model, link.res_id) in line._sources()
            )
            link.amount = sum(lines.mapped("amount_net"))
            self._openimis_add_event(
                "2",
                self.env._(
                    "%(code)s is billed here in part only: %(amount)s. The rest is not "
                    "billed by a later closing; delete its other lines too, and all of "
                    "it is billed again.",
                    code=lines[:1].claim_id.code or lines[:1].code,
                    amount=formatLang(
                        self.env, link.amount, currency_obj=self.currency_id
                    ),
                ),
            )

    # === CHECKS ===

    def openimis_bill_validate_items(self):
        """Compare header, payable lines and invoice lines. Source: billValidateItems.

        :return: dict {line id as text: list of problems}, key "0" for the bill
            itself; empty when all is well (text, since XML-RPC has no other keys)
        :raises AccessError: without right 156101
        """
        self._openimis_require("156101")
        self.ensure_one()
        problems = self._openimis_item_problems()
        if problems:
            message = self.env._("Lines validated: problems found")
        else:
            message = self.env._("Lines validated: all is well")
        self._openimis_add_event("2" if problems else "1", message, problems)
        return problems

    def _openimis_item_problems(self):
        problems = {}
        for line in self.openimis_line_ids:
            expected = line._expected_net()
            if self.currency_id.compare_amounts(line.amount_net, expected):
                text = self.env._(
                    "net is %(net)s, not %(expected)s",
                    net=line.amount_net,
                    expected=expected,
                )
                problems[str(line.id)] = [text]
        net = self.currency_id.round(sum(self.openimis_line_ids.mapped("amount_net")))
        if self.currency_id.compare_amounts(self.amount_untaxed, net):
            text = self.env._(
                "the bill says %(bill)s, its lines %(lines)s",
                bill=self.amount_untaxed,
                lines=net,
            )
            problems["0"] = [text]
        return problems

    def openimis_bill_match_items(self):
        """Tell whether subject and sources still exist. Source: billMatchItems.

        :return: dict with `subject` and `line_items` {line id as text: status}; a
            status is VALID, NO_ITEM or INVALID_ITEM (archived)
        :raises AccessError: without right 156101
        """
        self._openimis_require("156101")
        self.ensure_one()
        by_model = self.openimis_line_ids.grouped("source_model")
        statuses = {}
        for model, lines in by_model.items():
            found = self.env[model].browse(lines.mapped("source_id")) if model else None
            alive = set(found.exists().ids) if model else set()
            for line in lines:
                exists = line.source_id in alive
                record = found.browse(line.source_id) if exists else None
                statuses[str(line.id)] = _item_status(record)
        result = {
            "subject": _item_status(self.openimis_subject),
            "line_items": statuses,
        }
        well = {result["subject"], *statuses.values()} == {"VALID"}
        self._openimis_add_event(
            "1" if well else "2", self.env._("Lines matched with their sources"), result
        )
        return result

    # === HELPERS ===

    @api.model
    def _openimis_check_fields(self, vals, allowed):
        unknown = sorted(set(vals) - set(allowed))
        if unknown:
            raise UserError(
                self.env._("These fields cannot be changed: %s", ", ".join(unknown))
            )

    def _openimis_create_lines(self, lines):
        self._openimis_check_draft()
        Line = self.env["openimis.payable.line"]
        first = len(self.openimis_line_ids) + 1
        rows = [
            {
                "move_id": self.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "partner_id": self.partner_id.id,
                "type": self.openimis_type,
                "location_id": self.openimis_location_id.id,
                "sequence": number,
                **Line._checked_vals(vals, self.currency_id),
            }
            for number, vals in enumerate(lines, first)
        ]
        with Line._engine_writes():
            created = Line.create(rows)
        self._openimis_sync_lines()
        return created

    def _openimis_own_lines(self, line_ids):
        self._openimis_check_draft()
        lines = self.openimis_line_ids.filtered(lambda line: line.id in set(line_ids))
        if len(lines) != len(set(line_ids)):
            raise UserError(self.env._("These lines are not all of this bill."))
        return lines

    def _openimis_check_draft(self):
        self.ensure_one()
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "Bill %s is validated: amend it, or reset it to draft first.",
                    self._openimis_label(),
                )
            )

    def _openimis_sync_lines(self):
        """Rebuild the invoice lines of a draft bill from its payable lines."""
        self._openimis_note_changed()
        lines = self.openimis_line_ids
        policy = self.openimis_line_policy
        grouped = policy == "grouped" or (not policy and len(lines) > GROUP_ABOVE)
        vals = self.env["openimis.converter"]._invoice_lines(
            [line._as_payable(self) for line in lines],
            grouped,
            self.openimis_type,
            self.partner_id,
        )
        # sudo: the invoice lines only follow the payable lines, whose change was
        # allowed by the caller's own right
        self.sudo().write(
            {
                "invoice_line_ids": [(5, 0, 0), *[(0, 0, line) for line in vals]],
                "openimis_amount_discount": sum(lines.mapped("discount")),
            }
        )
        # sudo: as above
        lines.sudo()._spread_tax()

    def _openimis_add_products(self, products):
        """Name insurance products on the bill that it did not bill before."""
        new = products - self.openimis_product_ids
        if new:
            names = [self.openimis_terms, *new.mapped("name")]
            self.openimis_product_ids |= new
            self.openimis_terms = ", ".join(filter(None, names))

    def _openimis_default_account(self):
        """Return the account of lines without one: the type's, else the journal's."""
        field = f"openimis_account_{self.openimis_type}_id"
        own = self.company_id[field] if field in self.company_id else None
        return own or self.journal_id.default_account_id

    def _openimis_release_sources(self, sources):
        """Make sources of this bill, a set of (model, id), billable again."""
        links = self._billing_links("active")
        links.filtered(lambda link: (link.res_model, link.res_id) in sources)._release()

    def _openimis_add_event(self, event_type, message, data=None):
        """Note an event on every bill of the set.

        :param str event_type: number of the type, as text
        :param str message: what happened, in the user's language
        :param data: JSON payload
        """
        # sudo: the machine's own events are nobody's message, no right to write
        # messages is needed
        self.env["openimis.bill.event"].sudo().create(
            [
                {
                    "move_id": move.id,
                    "event_type": event_type,
                    "message": message,
                    "data": data,
                    "is_automatic": True,
                }
                for move in self
            ]
        )


def _item_status(record):
    if not record:
        return "NO_ITEM"
    active = record["active"] if "active" in record._fields else True
    return "VALID" if active else "INVALID_ITEM"
