from odoo import fields, models

from odoo.addons.exchange_run.core.money import exact
from odoo.addons.exchange_run.core.xlsx import XLSX, write_table

from ..models.rights import require_right

REFUNDS = ("in_refund", "out_refund")


class OpenimisPayableExport(models.TransientModel):
    """Accounts payable as XLSX: by plan, period and area, grouped."""

    _name = "openimis.payable.export"
    _description = "openIMIS Accounts Payable Export"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    types = fields.Many2many("openimis.payable.type", string="Payable Types")
    product_ids = fields.Many2many("openimis.product", string="Insurance Products")
    partner_ids = fields.Many2many("res.partner", string="Third Parties")
    location_id = fields.Many2one("openimis.location", "Area")
    date_from = fields.Date("From")
    date_to = fields.Date("To")
    group_by = fields.Selection(
        [("product", "Product"), ("partner", "Third Party")],
        required=True,
        default="partner",
    )

    def action_export(self):
        """Make the workbook and download it.

        :return: a URL action
        :raises AccessError: without right 156101
        """
        require_right(self.env, "156101")
        self.ensure_one()
        name = self.env._("accounts-payable")
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{name}.xlsx",
                "raw": self._xlsx(),
                "mimetype": XLSX,
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        url = f"/web/content/{attachment.id}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _domain(self):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("move_id.openimis_status", "not in", ("3", "4")),
        ]
        if self.types:
            domain.append(("type", "in", self.types.mapped("code")))
        if self.product_ids:
            domain.append(("product_id", "in", self.product_ids.ids))
        if self.partner_ids:
            domain.append(("partner_id", "in", self.partner_ids.ids))
        if self.location_id:
            domain.append(("location_id", "child_of", self.location_id.id))
        if self.date_from:
            domain.append(("move_id.openimis_date_to", ">=", self.date_from))
        if self.date_to:
            domain.append(("move_id.openimis_date_from", "<=", self.date_to))
        return domain

    def _rows(self):
        """Return the groups: name, type, bills' lines, discount, net, total.

        Credit notes count against the bills.
        """
        types = self.env["openimis.closing"]._type_names()
        rows = {}
        for sign, operator in ((1, "not in"), (-1, "in")):
            groups = self.env["openimis.payable.line"]._read_group(
                [*self._domain(), ("move_id.move_type", operator, REFUNDS)],
                [f"{self.group_by}_id", "type"],
                ["__count", "discount:sum", "amount_net:sum", "amount_total:sum"],
            )
            for record, kind, count, *amounts in groups:
                row = rows.setdefault((record, kind), [0, 0, 0, 0])
                row[0] += count
                for place, amount in enumerate(amounts, 1):
                    row[place] += sign * exact(amount)
        return [
            [record.display_name, types[kind], *figures]
            for (record, kind), figures in rows.items()
        ]

    def _xlsx(self):
        """Return the workbook in bytes."""
        labels = dict(self._fields["group_by"]._description_selection(self.env))
        columns = [
            (labels[self.group_by], 36, "text"),
            (self.env._("Type"), 20, "text"),
            (self.env._("Lines"), 10, "number"),
            (self.env._("Discount"), 16, "amount"),
            (self.env._("Net"), 16, "amount"),
            (self.env._("Total"), 16, "amount"),
        ]
        title = self.env._("Accounts payable")
        return write_table(title, columns, self._rows(), totals=(3, 4, 5))
