import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from odoo.tests import tagged

from .common import Recorded, recordings
from .test_pull_bills import BillsCase

from tests.simulators.openimis import recorded_state  # isort: skip

CENT = Decimal("0.01")
FIRST, LAST = "2026-08-01", "2026-10-31"
#: calculation rule of plans that pay a sum per head
CAPITATION = "0a1b6d54-5681-4fa6-ac47-2a99c235eaa8"
#: accounts that openIMIS' products name
ACCOUNTS = ("620100", "620200", "620300", "620400", "620500")
#: claims of the period that are paid by capitation
LEFT_OUT = 23
#: a claim bill of openIMIS of ten lines, and two bills of one line
SEVERAL_LINES = "IV-NAT26-NOHOS001-2026-11"
ONE_LINE = ("CP-PP-CPT-CPHOS001-2026-12", "CP-PP-CPT-CPHC0001-2026-12")


def number(text):
    return Decimal(text) if text else None


def given(row, *names):
    """The first of some columns that holds a number, zero or not."""
    return next((number(row[name]) for name in names if row[name]), None)


def worth(row):
    """What the table of claim lines says that a line is worth, to the cent."""
    if row["line_status"] == "2":
        return Decimal(0)
    if row["remunerated_amount"]:
        return number(row["remunerated_amount"])
    price = given(
        row, "price_valuated", "price_approved", "price_adjusted", "price_asked"
    )
    amount = given(row, "qty_approved", "qty_provided") * price
    return amount.quantize(CENT, ROUND_HALF_UP)


class Tables:
    """What is owed by the tables alone; knows nothing of the code it judges."""

    def __init__(self):
        self.claims = {
            row["uuid"]: row
            for row in recordings.truth("claims")
            if not row["validity_to"]
        }
        self.lines = defaultdict(list)
        for row in recordings.truth("claim_lines"):
            if not row["claim_validity_to"] and not row["line_validity_to"]:
                self.lines[row["claim_uuid"]].append(row)
        self.accounts = {
            row["code"]: row["acc_code_remuneration"]
            for row in recordings.truth("products")
            if not row["validity_to"]
        }
        self.levels = {
            row["code"]: row["level"]
            for row in recordings.truth("facilities")
            if not row["validity_to"]
        }
        #: product -> levels of facilities that a capitation plan pays
        self.capitation = {
            row["product"]: {
                value
                for name, value in json.loads(row["json_ext"])[
                    "calculation_rule"
                ].items()
                if name.startswith("hf_level")
            }
            for row in recordings.truth("payment_plans")
            if row["calculation_uuid"] == CAPITATION
        }

    def due(self):
        """Claims to bill: processed or valuated in the period, not by capitation."""
        for uuid, claim in self.claims.items():
            day = (claim["process_stamp"] or claim["date_processed"])[:10]
            products = {row["product"] for row in self.lines[uuid]}
            level = self.levels[claim["facility_code"]]
            if (
                claim["status"] in ("8", "16")
                and FIRST <= day <= LAST
                and not any(level in self.capitation.get(p, ()) for p in products)
            ):
                yield claim

    def premiums(self, product):
        """(premium, its policy) of a product, photo fees left out."""
        policies = {
            row["uuid"]: row
            for row in recordings.truth("policies")
            if not row["validity_to"]
        }
        for row in recordings.truth("premiums"):
            policy = policies.get(row["policy_uuid"])
            valid = not row["validity_to"] and row["is_photo_fee"] == "f"
            if valid and policy and row["product"] == product:
                yield row, policy

    def allocated(self, product, first, last):
        """Share of the premiums of a product that belongs to the days of a period."""
        total = Fraction(0)
        for row, policy in self.premiums(product):
            if policy["status"] == "1" or not policy["effective_date"]:
                continue
            paid, effective, expiry = (
                date.fromisoformat(text)
                for text in (
                    row["pay_date"],
                    policy["effective_date"],
                    policy["expiry_date"],
                )
            )
            if max(paid, effective) > last or paid > expiry or expiry < first:
                continue
            start = max(paid, effective)
            days = (min(last, expiry) - max(first, start)).days + 1
            total += Fraction(row["amount"]) * days / max((expiry - start).days, 1)
        return total

    def bills(self, without=()):
        """{facility: {(claim, account): amount}}, without claims billed already."""
        found = defaultdict(lambda: defaultdict(Decimal))
        for claim in self.due():
            if claim["code"] in without:
                continue
            for row in self.lines[claim["uuid"]]:
                key = (claim["code"], self.accounts[row["product"]])
                found[claim["facility_code"]][key] += worth(row)
        return found


@tagged("post_install", "-at_install")
class TestRecordedClosing(BillsCase):
    """The recorded openIMIS closed, paid and told, against its own tables."""

    def setUp(self):
        super().setUp()
        self.store.recorded = Recorded()
        for name, rows in recorded_state.recorded_store().rows.items():
            self.store.rows[name].update(rows)
        self.store.bill_status.update(dict.fromkeys(self.store.rows["Invoice"], 1))
        self.connection.write(
            {"transport": "mixed", "page_size": 100, "write_back": True}
        )
        self.env["account.account"].create(
            [
                {
                    "name": f"Claims {code}",
                    "code": code,
                    "account_type": "expense",
                    "company_ids": self.company.ids,
                }
                for code in ACCOUNTS
            ]
        )
        self.tables = Tables()
        self.pull(full=True)

    def close(self):
        closing = self.env["openimis.closing"].create(
            {
                "company_id": self.company.id,
                "date_from": FIRST,
                "date_to": LAST,
                "invoice_date": LAST,
            }
        )
        closing = closing.with_context(exchange_inline=True)
        closing.action_plan()
        closing.action_generate()
        return closing

    def billed(self, moves):
        """{facility: {(claim, account): amount}} as these bills say."""
        found = {}
        for move in moves:
            rows = found.setdefault(move.partner_id.openimis_code, {})
            for line in move.openimis_line_ids:
                key = (line.claim_id.code, line.account_id.code)
                rows[key] = rows.get(key, 0) + Decimal(f"{line.amount_net:.2f}")
        return found

    def remote(self, code):
        return self.env["openimis.remote.bill"].search(
            [("company_id", "=", self.company.id), ("code", "=", code)]
        )

    def assert_bills(self, moves, wanted):
        here = self.billed(moves)
        for facility, rows in wanted.items():
            # a claim that is worth nothing need not be on a bill
            rows = {key: amount for key, amount in rows.items() if amount}
            mine = here.get(facility, {})
            mine = {key: amount for key, amount in mine.items() if amount}
            self.assertEqual(mine, rows, facility)
        self.assertLessEqual(set(here), set(wanted))
        total = sum(sum(rows.values()) for rows in wanted.values())
        self.assertEqual(Decimal(f"{sum(moves.mapped('amount_total')):.2f}"), total)
        return total

    def test_a_closing_bills_what_the_tables_say(self):
        closing = self.close()
        wanted = self.tables.bills()
        self.assertEqual(
            self.assert_bills(closing.move_ids, wanted), Decimal("4617972.29")
        )
        self.assert_left_out(closing)
        self.assert_ledger(closing.move_ids)
        # the same claims as openIMIS' own bills, which ask for 7,783,214.45
        theirs = self.env["openimis.remote.bill.line"].search(
            [
                ("bill_id.company_id", "=", self.company.id),
                ("bill_id.code", "=like", "IV-%"),
            ]
        )
        self.assertEqual(
            set(theirs.claim_id.mapped("code")) - {c["code"] for c in self.not_due()},
            {claim for rows in wanted.values() for claim, _account in rows},
        )

    def assert_left_out(self, closing):
        """Each claim that is not billed says why: capitation, or not valuated yet."""
        due = {claim["code"] for claim in self.tables.due()}
        left = {
            line.code: line.reason_code
            for line in closing.candidate_ids
            if line.reason_code
        }
        self.assertFalse(due & set(left))
        self.assertEqual(set(left.values()), {"capitation", "wrong_status"})
        status = {c["code"]: c["status"] for c in self.tables.claims.values()}
        by_capitation = set()
        for code, reason in left.items():
            valuated = status[code] in ("8", "16")
            self.assertEqual(reason == "capitation", valuated, code)
            if valuated:
                by_capitation.add(code)
        products = {
            row["claim_code"]: row["product"]
            for rows in self.tables.lines.values()
            for row in rows
        }
        self.assertLessEqual(
            {products[code] for code in by_capitation}, set(self.tables.capitation)
        )
        self.assertEqual(len(by_capitation), LEFT_OUT)

    def not_due(self):
        due = {claim["code"] for claim in self.tables.due()}
        return [c for c in self.tables.claims.values() if c["code"] not in due]

    def assert_ledger(self, moves):
        """Each bill's entry is balanced, and its expenses are the payable lines."""
        moves.action_post()
        for move in moves:
            self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0, 2)
            expenses = defaultdict(Decimal)
            for line in move.invoice_line_ids:
                expenses[line.account_id.code] += Decimal(f"{line.balance:.2f}")
            told = defaultdict(Decimal)
            for line in move.openimis_line_ids:
                told[line.account_id.code] += Decimal(f"{line.amount_net:.2f}")
            self.assertEqual(
                {k: v for k, v in expenses.items() if v},
                {k: v for k, v in told.items() if v},
            )

    def of_type(self, code, first, last):
        """Bills of a closing of one type."""
        kind = self.env["openimis.payable.type"].search([("code", "=", code)])
        closing = self.env["openimis.closing"].create(
            {
                "company_id": self.company.id,
                "date_from": first,
                "date_to": last,
                "invoice_date": last,
                "types": kind.ids,
            }
        )
        closing = closing.with_context(exchange_inline=True)
        closing.action_plan()
        closing.action_generate()
        return closing.move_ids

    def test_capitation_and_commission_count_every_premium(self):
        """Also those of policies paid in parts, which FHIR does not give."""
        moves = self.of_type("capitation", "2026-10-01", "2026-10-31")
        lines = moves.openimis_line_ids.filtered(
            lambda line: line.product_id.code == "CAP26"
        )
        pot = self.tables.allocated("CAP26", date(2026, 10, 1), date(2026, 10, 31))
        pot = round(pot * 80 / 100, 2)  # the plan's share
        self.assertEqual(pot, Fraction("198.33"))
        self.assertEqual(Fraction(f"{sum(lines.mapped('amount_net')):.2f}"), pot)
        moves = self.of_type("commission", "2026-01-01", "2026-12-31")
        due = defaultdict(lambda: defaultdict(Decimal))
        for row, policy in self.tables.premiums("FFS26"):
            amount = Decimal(row["amount"]) / 10  # the plan's rate
            due[policy["officer_code"]][policy["uuid"]] += amount
        self.assertEqual(sum(due["E00005"].values()), 112)
        officers = {
            officer.partner_id: officer.code
            for officer in self.records("openimis.officer")
        }
        self.assertEqual(
            {
                officers[move.partner_id]: Decimal(f"{move.amount_total:.2f}")
                for move in moves
            },
            {
                code: sum(
                    amount.quantize(CENT, ROUND_HALF_UP) for amount in rows.values()
                )
                for code, rows in due.items()
            },
        )

    def records(self, model):
        return self.env[model].search([("company_id", "=", self.company.id)])

    def test_paid_and_told(self):
        booked = self.remote(SEVERAL_LINES)
        booked.action_accept_amount()
        for code in ONE_LINE:
            booked |= self.remote(code)
        booked.action_create_move()
        taken = set(self.remote(SEVERAL_LINES).line_ids.claim_id.mapped("code"))
        self.assertEqual(len(taken), 10)
        closing = self.close()
        self.assert_bills(closing.move_ids, self.tables.bills(without=taken))
        reasons = {
            line.code: line.reason_code
            for line in closing.candidate_ids
            if line.code in taken
        }
        self.assertTrue(all(reasons.values()), reasons)
        moves = booked.move_id | closing.move_ids[:3]
        moves.action_post()
        self.pay(moves)
        self.assertEqual(set(moves.mapped("openimis_status")), {"2"})
        for _time in range(3):
            self.report()
        states = {
            report.remote_bill_id.code: report.state
            for report in self.env["openimis.payment.report"].search([])
        }
        self.assertEqual(
            states,
            {SEVERAL_LINES: "open", **dict.fromkeys(ONE_LINE, "confirmed")},
        )
        notices = {
            row.resource["request"]["reference"].rpartition("/")[2]: Decimal(
                str(row.resource["amount"]["value"])
            )
            for row in self.store.rows["PaymentNotice"].values()
        }
        # one a bill, of what openIMIS billed; none for what was closed here
        self.assertEqual(
            notices,
            {
                row["uuid"]: Decimal(row["amount_total"])
                for row in recordings.truth("bills")
                if row["code"] in (SEVERAL_LINES, *ONE_LINE)
            },
        )
        self.assertEqual(len(self.store.rows["PaymentNotice"]), 3)

    def pay(self, moves):
        for move in moves:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()

    def report(self):
        """What the cron does, as if the time to wait were over."""
        for report in self.env["openimis.payment.report"].sudo().search([]):
            step = timedelta(days=2)
            report.date_next = report.date_next and report.date_next - step
            report.date_sent = report.date_sent and report.date_sent - step
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "openimis_fhir.ir_cron_openimis_report"
            ).method_direct_trigger()
        self.env.invalidate_all()
