import os

from odoo.tests import tagged

from .common import KibeImportCommon
from .village import Village

ROUNDS = int(os.environ.get("KIBE_ROUNDS", "2"))
START = int(os.environ.get("KIBE_ROUNDS_FROM", "0"))
CHILD = "kibe_id lastname firstname gender status_id street street2 zip city".split()
GUARDIAN = (
    "kibe_id name role courtesy email phone phone_mobile employer accounting_ref ref"
    " civil_status activity_rate street street2 zip city is_company"
).split()
LINK = "role is_main is_secondary is_debtor lives_here".split()
BLOCKING = ("error", "blocked", "fatal")


@tagged("post_install", "-at_install")
class TestKibeProperty(KibeImportCommon):
    """What holds of any deliveries without errors (specification section 5.3)."""

    def test_months_of_deliveries(self):
        for seed in range(START, START + ROUNDS):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self.company.kibe_address_mode = str(seed % 4 + 1)
                self.company.kibe_address_block = seed % 3 == 0
                self.live(Village(seed))
                savepoint.rollback()
            self.env.invalidate_all()

    def live(self, village):
        self.imported(village.delivery(), "create")
        for month in (1, 2, 3):
            raw, date = village.delivery(), f"2021-{month:02d}-01"
            operation = village.rng.choice(("create", "overwrite"))
            self.check_announced(raw, operation, date)
            self.check_undone(raw, operation, date)

    def check_announced(self, raw, operation, date):
        """The test writes nothing, and the import does what it announced."""
        before, counts = self.stored(), self.counts()
        test = self.run_import(raw, date_journal=date)
        self.assertEqual(self.stored(), before)
        run = self.imported(raw, operation, date_journal=date)
        announced = {"create": test.counters, "overwrite": test.counters_overwrite}
        self.assertEqual(run.counters, announced[operation])
        for entity, number in self.counts().items():
            done = run.counters.get(entity, {})
            change = done.get("created", 0) - done.get("deleted", 0)
            self.assertEqual(number - counts[entity], change, entity)
        after = self.stored()
        run.action_undo()
        self.assertEqual(self.stored(), before)
        self.imported(raw, operation, date_journal=date)
        self.assertEqual(self.stored(), after)

    def check_undone(self, raw, operation, date):
        """The same delivery again changes nothing, and neither does its undo."""
        before = self.stored()
        again = self.imported(raw, operation, date_journal=date)
        self.assertEqual(self.stored(), before)
        done = {action for row in again.counters.values() for action in row}
        self.assertNotIn("updated", done)
        again.action_undo()
        self.assertEqual(self.stored(), before)

    def imported(self, raw, operation, **values):
        run = self.run_import(raw, operation, confirm_loss=True, **values)
        wrong = run.exchange_message_ids.filtered(lambda m: m.severity in BLOCKING)
        self.assertEqual(run.state, "done", wrong.mapped("text"))
        return run

    def stored(self):
        """Return everything an import may write, without ids of records."""
        self.env.invalidate_all()
        mine = [("company_id", "=", self.company.id)]
        children = self.env["daycare.child"].search(mine, order="kibe_id")
        guardians = self.env["daycare.guardian"].search(mine, order="kibe_id")
        return {
            "child": [[child[name] for name in CHILD] for child in children],
            "guardian": [[person[name] for name in GUARDIAN] for person in guardians],
            "link": sorted(
                [link.child_id.kibe_id, link.guardian_id.kibe_id]
                + [link[name] for name in LINK]
                for link in children.guardian_link_ids
            ),
            "income": sorted(
                (page.guardian_id.kibe_id, page.date_from, page.amount, page.basis)
                for page in guardians.income_ids
            ),
            "billing": sorted(
                (page.child_id.kibe_id, page.date_from, page.debtor_id.kibe_id)
                for page in children.billing_data_ids
            ),
            "sector": sorted(map(self.week, children.sector_ids)),
        }

    def week(self, sector):
        return (
            *(sector.child_id.kibe_id, sector.group_id.code),
            *(sector.date_from, sector.date_to),
            sorted(
                (line.weekday, line.slot_ids.mapped("number"), line.kibe_code or "")
                for line in sector.line_ids
            ),
        )
