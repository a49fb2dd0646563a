from decimal import Decimal

from odoo import Command
from odoo.modules.migration import load_script
from odoo.modules.module import get_module_path
from odoo.tests import Form, tagged
from odoo.tools import SQL
from odoo.tools.sql import create_column

from ..core.claim import NO_TERMS
from ..models.openimis_claim_line import AMOUNTS
from .common import SERVICE, OpenimisCase

# what a line of 2 x 100 is worth once the amount is given as zero
WORTH_WITH_ZERO = {
    "qty_approved": 0,
    "price_approved": 0,
    "price_adjusted": 0,
    "price_valuated": 0,
    "remunerated_amount": 0,
    "deductable_amount": 200,
    "exceed_ceiling_amount": 200,
    "exceed_ceiling_amount_category": 200,
}


@tagged("post_install", "-at_install")
class TestClaimAmounts(OpenimisCase):
    """Zero is an amount; only what nobody gave is none. Whatever way it came in."""

    def _worth(self, claim):
        self.env.flush_all()
        return claim._worth()[claim.id]

    def _given(self, line):
        return {name for name in AMOUNTS if line[f"{name}_given"]}

    def test_the_table_of_zeros_is_complete(self):
        self.assertEqual(set(WORTH_WITH_ZERO), set(AMOUNTS))

    def test_zero_by_every_door(self):
        doors = {
            "create": lambda claim, line, name: claim.write(
                {
                    "line_ids": [
                        Command.delete(line.id),
                        Command.create({**SERVICE, "code": "S2", name: 0}),
                    ]
                }
            ),
            "write": lambda claim, line, name: line.write({name: 0}),
            "assignment": lambda claim, line, name: line.__setitem__(name, 0.0),
            "write of the claim": lambda claim, line, name: claim.write(
                {"line_ids": [Command.update(line.id, {name: 0.0})]}
            ),
            "import": lambda claim, line, name: self._load(line, name, "0"),
        }
        for door, give in doors.items():
            for name, worth in WORTH_WITH_ZERO.items():
                with self.subTest(door=door, amount=name):
                    claim = self._claim(f"{door}-{name}", SERVICE)
                    self.assertEqual(self._worth(claim), 200)
                    give(claim, claim.line_ids, name)
                    self.assertEqual(self._given(claim.line_ids), {name})
                    self.assertEqual(self._worth(claim), worth)

    def test_an_amount_is_taken_away_again(self):
        doors = {
            "write False": lambda line, name: line.write({name: False}),
            "write None": lambda line, name: line.write({name: None}),
            "import of an empty cell": lambda line, name: self._load(line, name, ""),
            "the flag": lambda line, name: line.write({f"{name}_given": False}),
        }
        for door, take in doors.items():
            for name in AMOUNTS:
                with self.subTest(door=door, amount=name):
                    claim = self._claim(f"{door}-{name}", {**SERVICE, name: 7})
                    self.assertEqual(self._given(claim.line_ids), {name})
                    self.assertNotEqual(self._worth(claim), 200)
                    take(claim.line_ids, name)
                    self.assertFalse(self._given(claim.line_ids))
                    self.assertEqual(self._worth(claim), 200)

    def _load(self, line, name, value):
        """Import a file with one amount, by the number of the line."""
        result = line.load([".id", name], [[str(line.id), value]])
        self.assertFalse(result["messages"])

    def test_a_corrected_remuneration_of_zero_is_billed_as_zero(self):
        claim = self._claim("C1", {**SERVICE, "remunerated_amount": 150})
        claim.line_ids.write({"remunerated_amount": 0})
        closing = self._closing(self.clerk)
        closing.action_preview()
        self.assertEqual(self._candidates(closing), {"C1": 0})

    def test_copies_keep_what_was_given(self):
        claim = self._claim("C1", {**SERVICE, "qty_approved": 0, "price_approved": 3})
        copied = claim.line_ids.copy()
        self.assertEqual(self._given(copied), {"qty_approved", "price_approved"})

    def test_typed_on_the_form(self):
        claim = self._claim("C1", SERVICE)
        with Form(claim) as form, form.line_ids.edit(0) as line:
            line.price_approved = 30
        self.assertEqual(self._given(claim.line_ids), {"price_approved"})
        with Form(claim) as form, form.line_ids.edit(0) as line:
            line.qty_approved_given = True
        self.assertEqual(
            self._given(claim.line_ids), {"price_approved", "qty_approved"}
        )
        self.assertEqual(self._worth(claim), 0)

    def test_an_amount_gives_no_other(self):
        claim = self._claim("C1", {**SERVICE, "qty_approved": 0})
        [line] = claim._read_for_valuation(NO_TERMS)[0].lines
        self.assertEqual(line.values.qty_approved, Decimal(0))
        self.assertIsNone(line.values.price_approved)
        self.assertEqual(line.values.price, 100)

    # === MIGRATION ===

    def test_stored_amounts_keep_their_meaning(self):
        cases = {
            "nothing": ({}, (), 200),
            "approved nothing": ({"is_approved": True}, (), 0),
            "remunerated nothing": ({"is_remunerated": True}, (), 0),
            "approved price": ({}, {"price_approved": 30}, 60),
            "remunerated": ({}, {"remunerated_amount": 150}, 150),
            "adjusted": ({}, {"price_adjusted": 90}, 180),
            "deducted": ({}, {"deductable_amount": 50}, 150),
        }
        for flag in ("is_approved", "is_remunerated"):
            create_column(self.env.cr, "openimis_claim_line", flag, "boolean")
        claims = {}
        for case, (flags, amounts, _worth) in cases.items():
            claim = self._claim(case, {**SERVICE, **dict(amounts)})
            claims[case] = claim
            self.env.flush_all()
            for flag in flags:
                self._set_column(claim.line_ids, flag, True)
        lines = self.env["openimis.claim.line"].union(
            *(claim.line_ids for claim in claims.values())
        )
        for name in ("price_origin", *(f"{name}_given" for name in AMOUNTS)):
            self._set_column(lines, name, None)
        self._migrate()
        for case, (_flags, _amounts, worth) in cases.items():
            with self.subTest(case):
                self.assertEqual(self._worth(claims[case]), worth)
                self.assertEqual(claims[case].line_ids.price_origin, "P")

    def _set_column(self, lines, name, value):
        self.env.cr.execute(
            SQL(
                "UPDATE openimis_claim_line SET %s = %s WHERE id = ANY(%s)",
                SQL.identifier(name),
                value,
                lines.ids,
            )
        )

    def _migrate(self):
        path = get_module_path("openimis_payable")
        script = load_script(
            f"{path}/migrations/19.0.1.1.0/post-claim_line_given.py", "claim_line_given"
        )
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
