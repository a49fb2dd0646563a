from odoo import Command, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .test_bill_services import BillCase

#: fields that are kept and readonly, and need not be declared
EXPLAINED = {
    # nobody may write candidates, by whatever door
    ("openimis.closing", "candidate_ids"),
}


@tagged("post_install", "-at_install")
class TestEngineFields(BillCase):
    """What only the program writes, tried by RPC by somebody who has every right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enemy = cls._user(
            "openimis_test_enemy", "manager", "clerk", "accountant", "records"
        )

    def call(self, records, method, *args):
        """Call a method as a client does."""
        return call_kw(records.with_user(self.enemy), method, [records.ids, *args], {})

    def forged(self, record, field):
        """Return a value that the record does not have."""
        now = record[field.name]
        if field.type == "selection":
            codes = [code for code, _label in field._description_selection(self.env)]
            return next(code for code in codes if code != now)
        if field.type in ("many2one", "many2one_reference"):
            if field.type == "many2one_reference":
                return now + 1
            others = self.env[field.comodel_name].search([("id", "!=", now.id)])
            return others[:1].id or None
        return {
            "boolean": lambda: not now,
            "char": lambda: "forged",
            "date": lambda: "2001-01-01",
            "datetime": lambda: "2001-01-01 02:03:04",
            "float": lambda: now + 7.5,
            "integer": lambda: now + 7,
            "json": lambda: {"forged": 1},
            "many2many": lambda: [Command.clear()],
            "monetary": lambda: now + 7.5,
            "text": lambda: "forged",
        }[field.type]()

    def test_everything_kept_and_readonly_is_the_programs(self):
        """A readonly field is so on screens only, until it is declared as engine's."""
        found = set()
        for model in self.env.registry.values():
            if model._abstract or model._transient or not model._auto:
                continue
            for name, field in model._fields.items():
                if (
                    field._module == "openimis_payable"
                    and field.store
                    and field.readonly
                    and name not in models.MAGIC_COLUMNS
                    and not getattr(field, "engine", False)
                ):
                    found.add((model._name, name))
        writable = {
            access.model_id.model
            for access in self.env["ir.model.access"].search(
                [("perm_write", "=", True), ("group_id", "!=", False)]
            )
        }
        open_ = {key for key in found if key[0] in writable}
        self.assertEqual(open_, EXPLAINED)

    def test_nobody_writes_them(self):
        self.bill.action_post()
        payment = self._pay(self.bill, 100)
        records = {
            self.claims[0],
            self.claims[0].line_ids[0],
            self.closing,
            self.bill,
            payment,
        }
        draft = self._draft()
        records |= {draft.openimis_line_ids[0], draft}
        tried = 0
        for record in records:
            for name in record._engine_names():
                field = record._fields[name]
                if field._module != "openimis_payable":
                    continue  # tried with its own addon
                value = self.forged(record, field)
                if not value and field.type != "boolean":
                    continue
                tried += 1
                with (
                    self.subTest(model=record._name, name=name),
                    self.assertRaises(UserError),
                ):
                    self.call(record.sudo(False), "write", {name: value})
        self.assertGreater(tried, 40)

    def _draft(self):
        self._claim("C7", {"price_asked": 60})
        self.closing.action_generate()
        draft = self.closing.move_ids.filtered(lambda move: move.state == "draft")
        return draft[:1] or self.bill

    # === A CLAIM IS BILLED ONCE ===

    def test_lines_do_not_swap_their_claims(self):
        """Else one claim is billed twice and the other never."""
        first, second = self.bill.openimis_line_ids
        for name in ("source_id", "claim_id"):
            for line, value in ((second, False), (first, second[name])):
                value = value.id if name == "claim_id" and value else value
                with self.subTest(name=name), self.assertRaises(AccessError):
                    self.call(line.sudo(False), "write", {name: value})
        with self.assertRaises(UserError):
            self.call(
                self.bill.sudo(False),
                "openimis_bill_item_update",
                first.id,
                {"claim_id": second.claim_id.id},
            )

    def test_whoever_adds_a_line_does_not_choose_what_it_comes_to(self):
        """Else a bill says amounts that its own figures do not give."""
        vals = {"code": "L1", "move_id": self.bill.id, "quantity": 3, "unit_price": 7}
        empty = self.bill.openimis_line_ids.browse()
        other = self.bill.openimis_line_ids[0]
        for forged in (
            {"amount_net": 900},
            {"amount_tax": 1},
            {"amount_total": 900},
            {"source_model": other.source_model, "source_id": other.source_id},
            {"merged_source_ids": [other.source_id]},
            {"explain_result": "900"},
            {"openimis_uuid": "x"},
        ):
            with self.subTest(forged), self.assertRaises(AccessError):
                self.enter(empty, {**vals, **forged})
            with self.subTest(forged, door="bill"), self.assertRaises(AccessError):
                self.call(
                    self.bill.sudo(False),
                    "write",
                    {"openimis_line_ids": [Command.create({**vals, **forged})]},
                )
        before = self.bill.amount_untaxed
        line = self.enter(empty, vals)
        self.assertEqual((line.amount_net, line.amount_total), (21, 21))
        self.assertEqual(line.company_id, self.bill.company_id)
        self.assertEqual(self.bill.amount_untaxed, before + 21)
        self.assertConsistent(self.bill)

    def test_what_explains_a_bill_stays(self):
        """By RPC, forms, imports and from another claim; until the bill is gone."""
        claim = self.claims[0].sudo(False)
        line = claim.line_ids[0]
        free = self._claim("C9", {"price_asked": 60})
        own = {"claim_id": claim.id, "code": "L9", "price_asked": 9}
        changed = {"qty_provided": 9}
        lines = self.env["openimis.claim.line"]
        for records, method, *args in (
            (line, "unlink"),
            (line, "write", changed),
            (line, "write", {"remunerated_amount": 9}),
            (line, "write", {"status": "2"}),
            (line, "write", {"claim_id": free.id}),
            (line, "web_save", changed, {}),
            (free.line_ids, "write", {"claim_id": claim.id}),
            (claim, "write", {"line_ids": [Command.clear()]}),
            (claim, "write", {"line_ids": [Command.update(line.id, changed)]}),
            (claim, "write", {"line_ids": [Command.create({"code": "L9"})]}),
            (claim, "web_save", {"line_ids": [Command.update(line.id, changed)]}, {}),
        ):
            with (
                self.subTest(f"{records._name} {method} {args}"),
                self.assertRaisesRegex(UserError, "it has been billed"),
            ):
                self.call(records, method, *args)
        with self.assertRaisesRegex(UserError, "it has been billed"):
            self.enter(lines, own)
        for model, names, row in (
            (lines, [".id", "qty_provided"], [str(line.id), "9"]),
            (
                claim,
                [".id", "line_ids/.id", "line_ids/qty_provided"],
                [str(claim.id), str(line.id), "9"],
            ),
        ):
            said = call_kw(
                model.browse().with_user(self.enemy), "load", [names, [row]], {}
            )
            self.assertIn("it has been billed", str(said["messages"]))
        before = line.qty_provided
        self.assertNotEqual(before, 9)
        self.call(line, "write", {"qty_provided": before})  # nothing changes
        self.bill.openimis_bill_delete()
        self.call(line, "write", changed)
        self.assertEqual(line.qty_provided, 9)

    def test_what_was_billed_stays(self):
        """Nothing a bill was made of changes under it, whatever model it stands in."""
        tried = set()
        for source in self._billed_sources():
            for name in sorted(source._billing_fixed_names()):
                value = self.forged(source, source._fields[name])
                if not value and source._fields[name].type != "boolean":
                    continue
                tried.add(source._name)
                with (
                    self.subTest(model=source._name, name=name),
                    self.assertRaises(UserError),
                ):
                    self.call(source, "write", {name: value})
        self.assertEqual(len(tried), 5)

    def _billed_sources(self):
        """Return one record of each model that is billed, with a link to the bill."""
        common = {"company_id": self.company.id}
        product = {"product_id": self.product.id, **common}
        policy = self.env["openimis.policy"].create({"code": "P", **product})
        sources = [
            self.claims[0],
            policy,
            self.env["openimis.premium"].create(
                {
                    "policy_id": policy.id,
                    "amount": 5,
                    "date_paid": "2026-06-01",
                    **common,
                }
            ),
            self.env["openimis.capitation"].create(
                {
                    "health_facility_id": self.claims[0].health_facility_id.id,
                    "date_from": "2026-06-01",
                    "date_to": "2026-06-30",
                    **product,
                }
            ),
            self.env["openimis.invoice.payment"].create(
                {"code": "IP", "date_payment": "2026-06-01", **common}
            ),
        ]
        self.env["account.billing.link"].create(
            [
                {
                    "converter": "openimis.converter",
                    "res_model": source._name,
                    "res_id": source.id,
                    "move_id": self.bill.id,
                    "currency_id": self.bill.currency_id.id,
                    **common,
                }
                for source in sources[1:]
            ]
        )
        return [source.sudo(False) for source in sources]

    def test_the_life_of_a_billed_claim_goes_on(self):
        claim = self.claims[0].sudo(False)
        for vals in ({"review_status": "8"}, {"explanation": "X"}):
            self.call(claim, "write", vals)
        self.assertEqual((claim.review_status, claim.explanation), ("8", "X"))

    def enter(self, empty, vals):
        """Create a record by RPC."""
        found = call_kw(empty.with_user(self.enemy), "create", [vals], {})
        return empty.browse(found)

    def test_a_line_deleted_by_rpc_frees_its_claim(self):
        line = self.bill.openimis_line_ids.filtered(lambda one: one.code == "C2")
        self.call(line.sudo(False), "unlink")
        self.assertConsistent(self.bill)
        self.assertEqual(self.bill.amount_untaxed, 500)
        self.assertNotEqual(self.claims[1].billing_state, "billed")
        self.closing.action_generate()
        self.assertEqual(self.claims[1].billing_state, "billed")

    def test_posted_lines_stay(self):
        self.bill.action_post()
        line = self.bill.openimis_line_ids[0]
        for deed in (("write", {"description": "X"}), ("unlink",)):
            with self.subTest(deed), self.assertRaises(UserError):
                self.call(line.sudo(False), *deed)

    def test_the_account_of_a_line_reaches_the_books(self):
        line = self.bill.openimis_line_ids[0]
        other = line.account_id.search(
            [
                ("account_type", "=", "expense"),
                ("company_ids", "=", self.company.id),
                ("id", "not in", self.bill.invoice_line_ids.account_id.ids),
            ],
            limit=1,
        )
        self.call(line.sudo(False), "write", {"account_id": other.id})
        self.assertIn(other, self.bill.invoice_line_ids.account_id)
        self.assertConsistent(self.bill)

    # === NOTHING IS HIDDEN ===

    def test_events_of_the_program_are_nobodys(self):
        self.bill.openimis_bill_suspend()
        event = self._last_event()
        for vals in ({"message": "X"}, {"is_automatic": False}):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.call(event.sudo(False), "write", vals)
        with self.assertRaises(AccessError):
            self.call(event.sudo(False), "unlink")

    def test_a_suspended_bill_stays_suspended(self):
        self.bill.action_post()
        self.bill.openimis_bill_suspend()
        with self.assertRaises(AccessError):
            self.call(self.bill.sudo(False), "write", {"openimis_suspended": False})

    def test_a_file_is_not_passed_off_as_another(self):
        run = self.env["openimis.payment.import"].create(
            {"company_id": self.company.id, "file": "Y29kZQ==", "file_name": "a.csv"}
        )
        with self.assertRaises(AccessError):
            self.call(run.sudo(False), "write", {"file_digest": "0"})
