from odoo import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.exchange_run.tests.common import OneTransaction

GROUP = "openimis_payable.group_openimis_"
RIGHT = "openimis_payable.group_right_"


class OpenimisCase(OneTransaction, TransactionCase):
    """A small scheme: two districts, two facilities, a product, claims on demand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls._create_company("Insurance A")
        cls.env.user.company_ids |= cls.company
        cls.env.user.company_id = cls.company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.region = cls._location("R1", "Region", "R")
        cls.district_a = cls._location("D1", "District A", "D", cls.region)
        cls.district_b = cls._location("D2", "District B", "D", cls.region)
        cls.product = cls._product("PR1", location_id=cls.district_a.id)
        cls.facility_a = cls._facility("HF-A", cls.district_a)
        cls.facility_b = cls._facility("HF-B", cls.district_b)
        cls.clerk = cls._user("openimis_test_clerk", "clerk")
        cls.accountant = cls._user("openimis_test_accountant", "accountant")

    @classmethod
    def _create_company(cls, name):
        company = cls.env["res.company"].create(
            {"name": name, "country_id": cls.env.ref("base.us").id}
        )
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        return company

    @classmethod
    def _user(cls, login, *roles, rights=()):
        groups = [GROUP + role for role in roles] + [RIGHT + right for right in rights]
        return new_test_user(
            cls.env,
            login,
            ",".join(["base.group_user", *groups]),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _location(cls, code, name, kind, parent=None):
        return cls.env["openimis.location"].create(
            {
                "code": code,
                "name": name,
                "type": kind,
                "parent_id": parent.id if parent else False,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _product(cls, code, **vals):
        return cls.env["openimis.product"].create(
            {
                "code": code,
                "name": f"Product {code}",
                "company_id": cls.company.id,
                **vals,
            }
        )

    @classmethod
    def _facility(cls, code, location, **vals):
        return cls.env["res.partner"].create(
            {
                "name": f"Facility {code}",
                "is_company": True,
                "openimis_is_facility": True,
                "openimis_code": code,
                "openimis_level": "C",
                "openimis_location_id": location.id,
                **vals,
            }
        )

    @classmethod
    def _claim(cls, code, *lines, **vals):
        """Create a valuated claim; lines are dicts of line values."""
        return cls.env["openimis.claim"].create(
            {
                "code": code,
                "company_id": cls.company.id,
                "health_facility_id": cls.facility_a.id,
                "product_id": cls.product.id,
                "date_from": "2026-01-10",
                "date_to": "2026-01-10",
                "status": "16",
                "line_ids": [
                    Command.create({"code": f"S{number}", **line})
                    for number, line in enumerate(lines, 1)
                ],
                **vals,
            }
        )

    @classmethod
    def _closing(cls, user=None, **vals):
        closings = cls.env["openimis.closing"]
        if user:
            closings = closings.with_user(user)
        return closings.create(
            {
                "company_id": cls.company.id,
                "date_from": "2026-01-01",
                "date_to": "2026-01-31",
                "invoice_date": "2026-01-31",
                **vals,
            }
        )

    @classmethod
    def _types(cls, *codes):
        kinds = cls.env["openimis.payable.type"].search([("code", "in", codes)])
        return [Command.set(kinds.ids)]

    def _candidates(self, closing):
        """Return {code: reason code or net} of a closing's candidates."""
        return {
            line.code: line.reason_code or line.amount_net
            for line in closing.candidate_ids
        }


SERVICE = {"line_type": "service", "qty_provided": 2, "price_asked": 100}
ITEM = {"line_type": "item", "qty_provided": 3, "price_asked": 100}
