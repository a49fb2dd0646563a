from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import SERVICE, OpenimisCase

#: models that lead to an area and have no rule for it, and why
FREE = {
    "openimis.location": "the areas themselves",
    "openimis.catchment": "population of an area: figures, nobody's document",
    "openimis.product": "terms that closings of all areas work with",
    "openimis.product.level": "terms",
    "openimis.product.distribution": "terms",
    "openimis.payment.plan": "terms",
    "openimis.officer": "third party: a contact like others",
    "openimis.payer": "third party: a contact like others",
    "res.partner": "contacts are everybody's",
    "res.users": "users",
    "account.move": "the ledger is whole; openimis_in_area for our own screens",
    "account.move.line": "the ledger",
    "account.payment": "the ledger; openimis_in_area for our own screens",
    "exchange.chunk": "system administrators only",
    "exchange.progress": "system administrators only",
    "exchange.worker": "system administrators only",
    "openimis.ledger.entry": "the ledger",
    "openimis.connection": "settings of the exchange, nobody's document",
    "openimis.pull.seen": "system administrators only",
    "openimis.pull.waiting": "nobody's, the program alone reads it",
}
#: what leads from a record to an area
STEPS = {
    "openimis.location",
    "openimis.claim",
    "openimis.policy",
    "openimis.family",
    "openimis.closing",
    "openimis.batch.run",
    "account.move",
    "openimis.remote.bill",
    "openimis.pull",
}
OURS = ("openimis.", "exchange.", "account.billing.")
#: shared by all areas where they have none of their own
SHARED = ("openimis.batch.run", "openimis.relative.index")


@tagged("post_install", "-at_install")
class TestAreas(OpenimisCase):
    """Who is restricted to an area sees and changes nothing of another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product_b = cls._product("PR2", location_id=cls.district_b.id)
        cls.in_a = cls._user("area_a", "manager")
        cls.in_b = cls._user("area_b", "manager")
        cls.in_a.openimis_location_ids = cls.district_a
        cls.in_b.openimis_location_ids = cls.district_b
        cls.everywhere = cls._user("area_all", "manager")

    def _ruled(self):
        """Return the names of the models with an area rule."""
        rules = self.env["ir.rule"].search(
            [("domain_force", "like", "user._openimis_area_domain(")]
        )
        return set(rules.model_id.mapped("model"))

    def _scene(self):
        """Give both districts one of everything; return their bills."""
        bills = self.env["account.move"]
        for district, facility, product in (
            (self.district_a, self.facility_a, self.product),
            (self.district_b, self.facility_b, self.product_b),
        ):
            code = district.code
            self._enrol(code, district)
            common = {"health_facility_id": facility.id, "product_id": product.id}
            self._claim(f"C-{code}", SERVICE, **common)
            # a claim that is left out gives a finding
            self._claim(f"X-{code}", **common)
            closing = self._closing(location_id=district.id)
            closing.action_generate()
            self.assertTrue(closing.move_ids)
            bills |= closing.move_ids
            self._add_rows(district, closing.move_ids)
        bills.action_post()
        return bills

    def _enrol(self, code, district):
        family = self.env["openimis.family"].create(
            {"code": code, "location_id": district.id, "company_id": self.company.id}
        )
        self.env["openimis.insuree"].create(
            {
                "chf_id": f"I-{code}",
                "last_name": "Doe",
                "family_id": family.id,
                "company_id": self.company.id,
            }
        )
        policy = self.env["openimis.policy"].create(
            {
                "code": f"P-{code}",
                "family_id": family.id,
                "product_id": self.product.id,
                "company_id": self.company.id,
            }
        )
        self.env["openimis.premium"].create(
            {
                "policy_id": policy.id,
                "amount": 10,
                "date_paid": "2026-01-05",
                "company_id": self.company.id,
            }
        )

    def _add_rows(self, district, bill):
        self.env["openimis.bill.document"].create(
            {"name": "Scan", "move_id": bill.id, "path_type": "external", "path": "x"}
        )
        payer = self.env["openimis.payer"].create(
            {
                "name": f"Payer {district.code}",
                "code": district.code,
                "location_id": district.id,
                "company_id": self.company.id,
            }
        )
        self.env["openimis.invoice.payment"].create(
            {
                "code": district.code,
                "payer_id": payer.id,
                "amount_received": 10,
                "date_payment": "2026-01-05",
                "company_id": self.company.id,
            }
        )
        period = {"date_from": "2026-01-01", "date_to": "2026-01-31"}
        self.env["openimis.capitation"].create(
            {
                "health_facility_id": bill.partner_id.id,
                "product_id": self.product.id,
                "company_id": self.company.id,
                **period,
            }
        )
        run = self.env["openimis.batch.run"].create(
            {"location_id": district.id, "company_id": self.company.id}
        )
        self.env["openimis.relative.index"].create(
            {
                "batch_run_id": run.id,
                "product_id": self.product.id,
                "care_type": "I" if district == self.district_a else "O",
                "rel_index": 0.5,
                "company_id": self.company.id,
                **period,
            }
        )

    # === THE TABLE IS COMPLETE ===

    def test_every_model_that_leads_to_an_area_has_its_rule(self):
        leading = set()
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or not name.startswith(OURS):
                continue
            if ".fake." in name:
                continue  # of other tests of the process
            for field in model._fields.values():
                by_run = field.type == "many2one_reference" and field.store
                if (field.type == "many2one" and field.comodel_name in STEPS) or by_run:
                    leading.add(name)
        plain = {"account.billing.run"}
        self.assertEqual(
            leading - self._ruled() - set(FREE) - plain,
            set(),
            "Give these models a row in openimis_payable_areas.xml",
        )

    # === READING ===

    def test_each_area_sees_its_own_records_only(self):
        self._scene()
        self.env.flush_all()
        self.env.invalidate_all()
        mine = [("company_id", "=", self.company.id)]
        seen_somewhere = set()
        for name in sorted(self._ruled()):
            model = self.env[name]
            if name.startswith("openimis.") and "company_id" not in model._fields:
                continue
            in_a, in_b, everywhere = (
                model.with_user(user).search(mine)
                for user in (self.in_a, self.in_b, self.everywhere)
            )
            with self.subTest(model=name):
                self.assertFalse(in_a & in_b)
                self.assertLessEqual(in_a | in_b, everywhere)
                for record in in_b[:1]:
                    with self.assertRaises(AccessError):
                        record.with_user(self.in_a).read(["display_name"])
            if in_a and in_b:
                seen_somewhere.add(name)
        silent = self._ruled() - seen_somewhere
        # the exchange has its own scenes; an import belongs to whoever started it
        self.assertEqual(
            {name for name in silent if self._belongs_here(name)},
            {"openimis.payment.import"},
        )

    def _belongs_here(self, name):
        model = self.env["ir.model"]._get(name)
        return "openimis_fhir" not in model.modules.split(", ")

    def test_who_may_not_read_areas_asks_for_none_by_its_code(self):
        """A preview's lines are any bookkeeper's; which area a code is, is not."""
        self._scene()
        bookkeeper = new_test_user(
            self.env,
            "area_bookkeeper",
            "account.group_account_user,exchange_run.group_exchange_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        models = [
            self.env[name].with_user(bookkeeper)
            for name in self.registry["openimis.run.area"]._inherit_children
        ]
        self.assertGreater(len(models), 2)
        code = self.district_a.code
        for model in models:
            for domain in (
                [("openimis_location_id.code", "=", code)],
                [("openimis_location_id", "any", [("code", "=", code)])],
                [("openimis_location_id", "ilike", self.district_a.name)],
                [("openimis_location_id", "not any", [("code", "=", code)])],
            ):
                with self.subTest(model=model._name, domain=domain):
                    with self.assertRaises(AccessError):
                        model.search_count(domain)
                    everywhere = model.with_user(self.everywhere)
                    self.assertGreaterEqual(everywhere.search_count(domain), 0)

    def test_a_finding_belongs_to_the_area_of_its_claim(self):
        """A closing covers products; the claims on them come from anywhere."""
        self._claim("X-A", health_facility_id=self.facility_a.id)
        self._claim("X-B", health_facility_id=self.facility_b.id)
        closing = self._closing(location_id=self.district_a.id)
        closing.action_preview()
        found = closing.exchange_message_ids.filtered("res_id")
        self.assertEqual(sorted(found.mapped("value")), ["X-A", "X-B"])
        for user, claims in ((self.in_a, ["X-A"]), (self.in_b, ["X-B"])):
            seen = (
                self.env["exchange.message"]
                .with_user(user)
                .search([("id", "in", found.ids)])
            )
            self.assertEqual(seen.mapped("value"), claims)
        self.assertEqual(
            found.mapped("openimis_location_id"), self.district_a | self.district_b
        )

    def test_a_form_tells_nothing_of_another_area(self):
        """A new record that names one of elsewhere is worked out for nobody."""
        self._scene()
        company = [("company_id", "=", self.company.id)]
        hidden = {}
        for name in self._ruled():
            if name.startswith("openimis.") and "company_id" in self.env[name]._fields:
                hidden[name] = self.env[name].with_user(self.in_b).search(company)
        asked = set()
        for name, model in self.env.registry.items():
            mine = self.env[name].with_user(self.in_a)
            if model._abstract or ".fake." in name or not mine.has_access("create"):
                continue
            spec = {
                label: {}
                for label, field in model._fields.items()
                if field.type not in ("one2many", "many2many", "many2one")
            }
            for label, field in model._fields.items():
                record = hidden.get(field.comodel_name)
                if field.type != "many2one" or not record:
                    continue
                spec[label] = {"fields": {"display_name": {}}}
                with self.subTest(model=name, field=label):
                    with self.assertRaises(AccessError):
                        mine.onchange({label: record[:1].id}, [label], spec)
                    for value in (record[:1].id, {"id": record[:1].id}):
                        given = mine.with_context(**{f"default_{label}": value})
                        with self.assertRaises(AccessError):
                            given.onchange({}, [], spec)
                    defaults = self.env["ir.default"].with_user(self.in_a)
                    with self.assertRaises(AccessError):
                        defaults.set(name, label, record[:1].id, user_id=True)
                        mine.onchange({}, [], spec)
                    self.env.registry.clear_cache()
                asked.add((name, label))
        self.assertLess(
            {
                ("openimis.insuree", "family_id"),
                ("openimis.policy", "family_id"),
                ("openimis.premium", "policy_id"),
            },
            asked,
        )

    def test_lines_of_a_form_tell_nothing_of_another_area(self):
        self._scene()
        families = self.env["openimis.family"]
        [mine] = families.with_user(self.in_a).search([])
        [other] = families.with_user(self.in_b).search([])
        name = "policy_ids"
        spec = {name: {"fields": {"code": {}}}}
        line = [0, "virtual_1", {"product_id": self.product.id, "family_id": mine.id}]
        mine.onchange({name: [line]}, [name], spec)
        line[2]["family_id"] = other.id
        with self.assertRaises(AccessError):
            mine.onchange({name: [line]}, [name], spec)
        with self.assertRaises(AccessError):
            mine.with_context(default_policy_ids=[line]).onchange({}, [], spec)

    def test_nor_do_records_within_a_form(self):
        """However deep a record of elsewhere is named in a form, or its defaults."""
        self._scene()
        family, claim, policy = (
            self.env[name].with_user(self.in_b).search([], limit=1).id
            for name in ("openimis.family", "openimis.claim", "openimis.policy")
        )
        for model, name, value in (
            ("account.move", "openimis_line_ids", [[0, 0, {"claim_id": claim}]]),
            (
                "account.move.line",
                "move_id",
                {"openimis_line_ids": [{"claim_id": claim}]},
            ),
            ("openimis.claim", "insuree_id", {"family_id": family}),
            ("openimis.insuree", "family_id", {"id": family}),
            (
                "openimis.invoice.payment",
                "premium_ids",
                [[0, 0, {"policy_id": {"family_id": family}}]],
            ),
            ("openimis.invoice.payment", "premium_ids", [{"policy_id": policy}]),
        ):
            forms = self.env[model].with_user(self.in_a)
            with self.subTest(model=model, name=name):
                with self.assertRaises(AccessError):
                    forms.onchange({name: value}, [name], {name: {}})
                with self.assertRaises(AccessError):
                    given = forms.with_context(**{f"default_{name}": value})
                    given.onchange({}, [], {name: {}})

    def test_own_screens_keep_to_the_areas(self):
        bills = self._scene()
        for xmlid in ("account_move_bill_action", "account_move_dashboard_action"):
            action = self.env.ref(f"openimis_payable.{xmlid}")
            self.assertIn('("openimis_in_area", "=", True)', action.domain)
        moves = self.env["account.move"]
        found = [("id", "in", bills.ids), ("openimis_in_area", "=", True)]
        self.assertEqual(
            moves.with_user(self.in_a).search(found).partner_id, self.facility_a
        )
        self.assertEqual(moves.with_user(self.everywhere).search(found), bills)
        self.assertEqual(moves.with_user(self.in_a).search([found[0]]), bills)

    def test_a_restriction_applies_at_once(self):
        self._scene()
        claims = self.env["openimis.claim"].with_user(self.everywhere)
        self.assertEqual(claims.search_count([("code", "like", "C-%")]), 2)
        self.everywhere.openimis_location_ids = self.district_a
        self.assertEqual(claims.search([("code", "like", "C-%")]).code, "C-D1")
        self.everywhere.openimis_location_ids = self.district_b
        self.assertEqual(claims.search([("code", "like", "C-%")]).code, "C-D2")
        self.everywhere.openimis_location_ids = False
        self.assertEqual(claims.search_count([("code", "like", "C-%")]), 2)

    # === WRITING ===

    def test_nothing_is_done_to_bills_elsewhere(self):
        bills = self._scene()
        bill = bills.filtered(lambda move: move.partner_id == self.facility_b)
        line = bill.openimis_line_ids
        payment = bill.openimis_payment_sent(amount=1, openimis_code_ext="P1")
        mine, paid = bill.with_user(self.in_a), payment.with_user(self.in_a)
        deeds = {
            "update": lambda: mine.openimis_bill_update({"ref": "X"}),
            "write": lambda: mine.write({"ref": "X"}),
            "suspend": mine.openimis_bill_suspend,
            "delete": mine.openimis_bill_delete,
            "amend": mine.openimis_bill_amend,
            "draft": mine.button_draft,
            "line": lambda: line.with_user(self.in_a).write({"description": "X"}),
            "pay": lambda: mine.openimis_payment_sent(amount=1),
            "reject": paid.openimis_payment_rejected,
            "refund": paid.openimis_payment_refunded,
            "payment": lambda: paid.write({"openimis_label": "X"}),
            "payment draft": paid.action_draft,
            "match": mine.openimis_bill_match_items,
            "event": lambda: self.env["openimis.bill.event"]
            .with_user(self.in_a)
            .create({"move_id": bill.id, "message": "X"}),
            "move away": lambda: bills.filtered(
                lambda move: move.partner_id == self.facility_a
            )
            .with_user(self.in_a)
            .write({"openimis_location_id": self.district_b.id}),
        }
        for name, deed in deeds.items():
            self.env.flush_all()
            with self.subTest(deed=name), self.assertRaises(AccessError, msg=name):
                with self.env.cr.savepoint():
                    deed()
        self.assertEqual(payment.openimis_status, "1")

    def test_payments_of_bills_in_two_areas_are_nobodys_alone(self):
        both = self._scene()
        own = both[0].openimis_payment_sent(amount=1, openimis_code_ext="P1")
        payments = self.env["account.payment"]
        found = [("id", "=", own.id), ("openimis_in_area", "=", True)]
        self.assertEqual(payments.with_user(self.in_a).search(found), own)
        self.assertFalse(payments.with_user(self.in_b).search(found))
        (own.invoice_ids.sudo() | both)[:2].matched_payment_ids = [Command.link(own.id)]
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(payments.with_user(self.in_a).search(found))
        self.assertFalse(own.with_user(self.in_a).openimis_in_area)

    def test_a_bill_names_nobody_of_another_area(self):
        """Neither whom it pays nor what it is about: the next reader would be told."""
        self._enrol("MA", self.district_a)
        self._enrol("MB", self.district_b)
        insurees = self.env["openimis.insuree"].search([("chf_id", "like", "I-M")])
        own, other = (
            insurees.filtered(lambda one, d=district: one.family_id.location_id == d)
            for district in (self.district_a, self.district_b)
        )
        claim = self._claim("C-MB", SERVICE, health_facility_id=self.facility_b.id)
        moves = self.env["account.move"].with_user(self.in_a)
        vals = {
            "partner_id": self.facility_a.id,
            "invoice_date": "2026-01-31",
            "openimis_location_id": self.district_a.id,
            "openimis_sender": f"openimis.insuree,{own.id}",
        }
        bill = moves.openimis_bill_create(vals, [{"code": "A", "unit_price": 100}])
        self.assertEqual(bill.openimis_sender, own)
        for named in (
            {"openimis_sender": f"openimis.insuree,{other.id}"},
            {"openimis_subject": f"openimis.claim,{claim.id}"},
        ):
            for deed in (
                lambda named=named: bill.write({**named}),
                lambda named=named: bill.openimis_bill_update({**named}),
                lambda named=named: bill.onchange({**named}, [*named], {}),
                lambda named=named: moves.openimis_bill_create(
                    {**vals, **named}, [{"code": "A", "unit_price": 1}]
                ),
            ):
                with self.subTest(named), self.assertRaises(AccessError):
                    deed()
        # who names it already changes the rest
        bill.sudo().openimis_sender = other
        bill.write({"openimis_sender": f"openimis.insuree,{other.id}", "ref": "x"})
