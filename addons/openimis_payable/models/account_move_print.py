from odoo import models
from odoo.tools.misc import formatLang

from ...exchange_run.core.money import exact
from .openimis_claim_line import rejection_text

REPORT = "openimis_payable.report_bill"
#: numbers of the annex with the decimals they have at least
ANNEX_NUMBERS = {
    "quantity": 0,
    "quantity_approved": 0,
    "price": 2,
    "price_approved": 2,
    "net": 2,
}


class AccountMove(models.Model):
    """The printed bill: annex of claims, and sending it."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _openimis_annex(self):
        """Return the items and services of the claims a bill covers.

        :return: list of dicts with claim, code, name, quantity, quantity_approved,
            price, price_approved, net and why (it is not paid as approved), as text
        """
        self.ensure_one()
        return [
            self._annex_row(code, item)
            for code, items in self._openimis_claim_items()
            for item in items
        ]

    def _openimis_claim_items(self):
        """Yield (number of the claim, details of items and services) of the bill."""
        for line in self.openimis_line_ids.filtered("claim_id"):
            details = line.details or {}
            items = details.get("claim_details") or [details]
            code = details.get("claim", line.code)
            yield code, [item for item in items if "code" in item]

    def _annex_row(self, code, item):
        numbers = {
            name: _plain(self.env, float(item[name]), least)
            for name, least in ANNEX_NUMBERS.items()
        }
        return {
            "claim": code,
            "code": item["code"],
            "name": item["name"],
            "why": paid_less_text(self.env, item),
            **numbers,
        }

    def _journal_printed(self, report):
        """Return which protected records a report shows: a bill lists its claims."""
        shown = super()._journal_printed(report)
        if report.report_name == REPORT:
            lines = self.openimis_line_ids
            shown = [*shown, lines, lines.claim_id]
        return shown

    def action_openimis_send(self):
        """Open Odoo's e-mail dialog with the statement attached.

        :return: a window action
        :raises AccessError: without right 156103, or for a bill of another area
        """
        self.ensure_one()
        self.check_access("read")
        self._openimis_require("156103")
        template = self.env.ref("openimis_payable.mail_template_bill")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send by E-mail"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": "account.move",
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "force_email": True,
            },
        }


class OpenimisPayableLine(models.Model):
    """Quantities and amounts as they are printed."""

    _inherit = "openimis.payable.line"  # pylint: disable=consider-merging-classes-inherited

    def _printed_quantity(self):
        """Return the quantity without trailing zeros, in the reader's format."""
        return _plain(self.env, self.quantity, 0)

    def _printed_price(self):
        """Return the unit price with the decimals it has, at least two."""
        return _plain(self.env, self.unit_price, 2)


def paid_less_text(env, item):
    """Return why an item or service is not paid at its approved quantity and price.

    :param env: the environment, for the reader's language
    :param dict item: details of a payable line
    :return: str, empty where nothing of that kind is known
    """
    if (code := item.get("rejection_reason")) is not None:
        return env._("Rejected: %s", rejection_text(env, code))
    texts = []
    if index := item.get("index"):
        texts.append(env._("Relative index: %s", _plain(env, float(index), 0)))
    if deduction := item.get("deduction"):
        amount = _plain(env, float(deduction), 2)
        texts.append(env._("Deductible, or above the ceiling: -%s", amount))
    if item.get("valuated") and _is_less(item):
        texts.append(env._("Valuated by openIMIS"))
    return "; ".join(texts)


def _is_less(item):
    approved = exact(item["quantity_approved"]) * exact(item["price_approved"])
    return exact(item["net"]) < approved


def _plain(env, value, least):
    """Return a number with as many decimals as it has, between `least` and 8."""
    decimals = len(f"{value:.8f}".rstrip("0").partition(".")[2])
    return formatLang(env, value, digits=max(decimals, least))


class IrActionsReport(models.Model):
    """A statement is printed whole, or not at all."""

    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        """Refuse a bill whose lines are not the user's: it would be printed empty."""
        if report.report_name == REPORT:
            self.env["account.move"].browse(docids)._openimis_require("156101")
        return super()._get_rendering_context(report, docids, data)
