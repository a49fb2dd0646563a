from decimal import Decimal

from odoo.tests import tagged

from .common import ITEM, SERVICE, OpenimisCase


@tagged("post_install", "-at_install")
class TestClosingScope(OpenimisCase):
    """Areas, reasons for leaving claims out, and relative prices."""

    def _preview(self, **vals):
        closing = self._closing(self.clerk, **vals)
        closing.action_preview()
        return self._candidates(closing)

    # === SCOPE ===

    def test_area_includes_what_lies_below(self):
        national = self._product("NAT")
        self._claim("A", SERVICE)
        self._claim("N", SERVICE, product_id=national.id)
        everything = {"A": 200, "N": 200}
        self.assertEqual(self._preview(), everything)
        self.assertEqual(
            self._preview(include_children=False), {"A": "other_scope", "N": 200}
        )
        region = {"location_id": self.region.id}
        self.assertEqual(self._preview(**region), {"A": 200, "N": "other_scope"})
        self.assertEqual(
            self._preview(**region, include_children=False),
            {"A": "other_scope", "N": "other_scope"},
        )
        self.assertEqual(
            self._preview(location_id=self.district_b.id),
            {"A": "other_scope", "N": "other_scope"},
        )

    def test_product_and_third_party(self):
        other = self._product("OTHER")
        self._claim("A", SERVICE)
        self._claim("B", SERVICE, product_id=other.id)
        self._claim("C", SERVICE, health_facility_id=self.facility_b.id)
        found = self._preview(
            product_ids=self.product.ids, partner_ids=self.facility_a.ids
        )
        self.assertEqual(found, {"A": 200, "B": "other_scope", "C": "other_scope"})

    def test_claim_of_two_products_is_split_by_account(self):
        other = self._product("OTHER")
        self._claim("A", SERVICE, {**ITEM, "product_id": other.id})
        closing = self._closing(self.clerk)
        closing.action_generate()
        lines = closing.move_ids.openimis_line_ids
        self.assertEqual(lines.mapped("amount_net"), [200, 300])
        self.assertEqual(lines.product_id, self.product | other)

    # === REASONS ===

    def test_every_source_left_out_has_its_reason(self):
        no_account = self._product("NOACC", account_remuneration_code="888888")
        cases = {
            "wrong_status": {"status": "4"},
            "no_third_party": {"health_facility_id": False},
            "no_product": {"product_id": False},
            "header_mismatch": {"claimed": 999},
            "never_bill": {"billing_excluded": True},
            "no_account": {"product_id": no_account.id},
            "no_date": {"date_from": False, "date_to": False},
        }
        for reason, vals in cases.items():
            self._claim(reason, SERVICE, **vals)
        self._claim("no_price", {"price_asked": 0})
        self._claim("no_lines")
        self._claim(
            "no_index", {**SERVICE, "price_origin": "R"}, date_from="2026-01-10"
        )
        self._claim("no_origin", {**SERVICE, "price_origin": False}, status="8")
        found = self._preview(date_to="2026-01-30", header_policy="exclude")
        self.assertEqual(found, {code: code for code in found})
        self.assertEqual(len(found), len(cases) + 4)

    def test_unknown_origin_needs_no_word_once_the_worth_is_known(self):
        unknown = {**SERVICE, "price_origin": False}
        self._claim("LISTED", unknown)
        self._claim("VALUATED", {**unknown, "price_valuated": 0}, status="8")
        self._claim("REFUSED", {**unknown, "status": "2"}, status="8")
        expected = {"LISTED": 200, "VALUATED": 0, "REFUSED": 0}
        self.assertEqual(self._preview(), expected)

    def test_reasons_are_findings_too(self):
        claim = self._claim("BAD", SERVICE, status="2")
        closing = self._closing(self.clerk)
        closing.action_preview()
        [finding] = closing.exchange_message_ids
        self.assertEqual((finding.code, finding.value), ("wrong_status", "BAD"))
        self.assertEqual((finding.res_model, finding.res_id), (claim._name, claim.id))

    def test_bad_source_is_billed_once_it_is_put_right(self):
        claim = self._claim("A", SERVICE, claimed=999)
        closing = self._closing(self.clerk, header_policy="exclude")
        closing.action_generate()
        self.assertFalse(closing.move_ids)
        claim.claimed = 200
        closing.action_generate()
        self.assertEqual(closing.move_ids.amount_total, 200)

    def test_lines_decide_and_the_difference_is_shown(self):
        self._claim("A", {**SERVICE, "remunerated_amount": 150}, remunerated=2300)
        self._claim("B", SERVICE, claimed=190)
        self._claim("C", SERVICE, claimed=200)
        self.assertEqual(
            self._preview(header_policy="exclude"),
            {"A": "header_mismatch", "B": "header_mismatch", "C": 200},
        )
        closing = self._closing(self.clerk)
        closing.action_preview()
        self.assertEqual(self._candidates(closing), {"A": 150, "B": 200, "C": 200})
        self.assertEqual(
            {c.code: c.header_difference for c in closing._report_differences()},
            {"A": 2150, "B": -10},
        )
        [finding] = closing.exchange_message_ids
        self.assertEqual(
            (finding.severity, finding.code), ("info", "header_difference")
        )
        self.assertIn("2 claims", finding.text)
        self.assertIn("2,140.00", finding.text)

    # === PLANS AND PRODUCTS ===

    def _plan(self, **vals):
        return self.env["openimis.payment.plan"].create(
            {
                "code": "FFS",
                "name": "Fee for Service",
                "company_id": self.company.id,
                "product_id": self.product.id,
                **vals,
            }
        )

    def test_fee_for_service_plans_say_when_claims_are_paid(self):
        self._claim("A", SERVICE)
        plan = self._plan(periodicity=3)
        self.assertEqual(self._preview(), {"A": "not_due"})
        quarter = {"date_to": "2026-03-31"}
        self.assertEqual(self._preview(**quarter), {"A": 200})
        plan.date_to = "2020-12-31"
        self.assertEqual(self._preview(**quarter), {"A": "not_due"})
        self._plan(code="FFS2")
        self.assertEqual(self._preview(), {"A": 200})

    def test_plans_of_other_kinds_say_nothing_about_claims(self):
        self._claim("A", SERVICE)
        self._plan(calculation="commission", periodicity=3)
        self.assertEqual(self._preview(), {"A": 200})

    def test_product_is_in_force_on_the_day_of_the_visit(self):
        for code, day in (("A", "2026-01-09"), ("B", "2026-01-10")):
            self._claim(code, SERVICE, date_from=day, date_processed="2026-01-20")
        self.product.date_to = "2026-01-09"
        self.assertEqual(self._preview(), {"A": 200, "B": "product_expired"})
        self.product.write({"date_from": "2026-01-10", "date_to": False})
        self.assertEqual(self._preview(), {"A": "product_expired", "B": 200})

    # === TWICE ===

    def test_a_claim_that_is_there_twice_is_billed_once(self):
        first = self._claim("A", SERVICE)
        second = self._claim("A", SERVICE)
        self._claim("A", SERVICE, health_facility_id=self.facility_b.id)
        self._claim("A", SERVICE, date_from="2026-01-11", date_to="2026-01-11")
        self.assertEqual(
            self.env["openimis.claim"].search([("has_twin", "=", True)]), first | second
        )
        closing = self._closing(self.clerk)
        closing.action_generate()
        self.assertEqual(sum(closing.move_ids.mapped("amount_total")), 600)
        self.assertFalse(second.billing_move_id)
        [finding] = closing.exchange_message_ids
        self.assertEqual((finding.code, finding.res_id), ("duplicate", second.id))
        # one comes later, and with openIMIS' own number: what is billed stays so
        late = self._claim("A", SERVICE, openimis_uuid="U-1")
        closing.action_generate()
        self.assertFalse(late.billing_move_id)
        self.assertFalse(second.billing_move_id)

    def test_the_claim_of_openimis_goes_before_the_one_that_was_typed(self):
        typed = self._claim("A", SERVICE)
        self._claim("A", ITEM, openimis_uuid="U-1")
        closing = self._closing(self.clerk)
        closing.action_generate()
        self.assertEqual(closing.move_ids.amount_total, 300)
        typed.billing_excluded = True
        self.assertFalse(self.env["openimis.claim"].search([("has_twin", "=", True)]))

    def test_two_claims_of_openimis_are_two(self):
        for uuid in ("U-1", "U-2"):
            self._claim("A", SERVICE, openimis_uuid=uuid)
        closing = self._closing(self.clerk)
        closing.action_generate()
        self.assertEqual(closing.move_ids.amount_total, 400)

    def test_levels_paid_by_capitation(self):
        self.product.write(
            {"weight_population": 100, "level_ids": [(0, 0, {"level": "C"})]}
        )
        self._claim("A", SERVICE)
        self.assertEqual(self._preview(), {"A": "capitation"})

    def test_changed_choice_forgets_the_preview(self):
        self._claim("A", SERVICE)
        closing = self._closing(self.clerk)
        closing.action_preview()
        self.assertEqual(closing.state, "planned")
        closing.claim_granularity = "item"
        self.assertEqual(closing.state, "draft")

    def test_claim_changed_after_the_preview(self):
        claim = self._claim("A", SERVICE)
        self._claim("B", SERVICE)
        closing = self._closing(self.clerk)
        closing.action_preview()
        claim.status = "4"
        closing.action_generate()
        self.assertEqual(closing.move_ids.openimis_line_ids.mapped("code"), ["B"])
        # it is the facility's first bill of the month
        self.assertEqual(closing.move_ids.openimis_code, "IV-HF-A-2026-01")
        self.assertIn(
            "changed_since_preview", closing.exchange_message_ids.mapped("code")
        )

    # === RELATIVE PRICES ===

    def _premium(self, amount):
        policy = self.env["openimis.policy"].create(
            {
                "company_id": self.company.id,
                "product_id": self.product.id,
                "date_effective": "2025-11-01",
                "date_expiry": "2026-11-01",
            }
        )
        self.env["openimis.premium"].create(
            {
                "company_id": self.company.id,
                "policy_id": policy.id,
                "amount": amount,
                "date_paid": "2025-11-01",
            }
        )

    def _relative(self, code, *lines, **vals):
        lines = [{**line, "price_origin": "R"} for line in lines]
        vals = {
            "status": "8",
            "date_from": "2026-06-10",
            "date_to": "2026-06-10",
            **vals,
        }
        return self._claim(code, *lines, **vals)

    def _june(self, **vals):
        closing = self._closing(
            self.clerk,
            date_from="2026-06-01",
            date_to="2026-06-30",
            invoice_date="2026-06-30",
            **vals,
        )
        closing.action_generate()
        return closing

    def test_relative_example(self):
        # 30 of 365 days of 1 000 are shared by 500
        self._premium(1000)
        claim = self._relative("R1", {"qty_provided": 5, "price_asked": 100})
        closing = self._june()
        [line] = closing.move_ids.openimis_line_ids
        self.assertEqual(
            (line.unit_price, line.discount, line.amount_net), (500, 417.81, 82.19)
        )
        [row] = closing.move_ids._openimis_annex()
        self.assertEqual(row["why"], "Relative index: 0.16438356")
        self.assertEqual((claim.status, claim.remunerated), ("16", 82.19))
        index = closing.batch_run_id.relative_index_ids
        self.assertAlmostEqual(index.rel_index, 0.1643835616, 9)
        self.assertEqual(index.base_amount, 500)
        self.assertIn("0.1643835616", line.explain_working)

    def test_relative_example_amended_in_openimis(self):
        # a correction after the bill is worth what the closing's index makes of it
        self._premium(1000)
        claim = self._relative("R1", {"qty_provided": 5, "price_asked": 100})
        self.assertEqual(claim._worth(), {claim.id: 500})
        self._june().move_ids.action_post()
        self.assertEqual(claim._worth(), {claim.id: Decimal("82.19")})
        claim.line_ids.qty_approved = 4
        self.assertEqual(claim._worth(), {claim.id: Decimal("65.75")})
        claim.line_ids.status = "2"
        self.assertEqual(claim._worth(), {claim.id: 0})

    def test_relative_of_two_lines(self):
        self._premium(1000)
        # the claim's share of the pot, not the sum of its lines rounded apart: 82.20
        claim = self._relative("R1", SERVICE, ITEM)
        [line] = self._june().move_ids.openimis_line_ids
        self.assertEqual((line.discount, line.amount_net), (417.81, 82.19))
        self.assertEqual(
            claim.line_ids.mapped("remunerated_amount"),
            [32.88, 49.31],
        )

    def test_relative_items_add_up_to_their_claim(self):
        self._premium(1000)
        self._relative("R1", SERVICE, ITEM)
        lines = self._june(claim_granularity="item").move_ids.openimis_line_ids
        self.assertEqual(sorted(lines.mapped("amount_net")), [32.88, 49.31])

    def test_preview_stores_no_index(self):
        self._premium(1000)
        self._relative("R1", SERVICE)
        closing = self._closing(
            self.clerk, date_from="2026-06-01", date_to="2026-06-30"
        )
        closing.action_preview()
        self.assertTrue(closing.valuation)
        self.assertFalse(
            self.env["openimis.relative.index"].search(
                [("product_id", "=", self.product.id)]
            )
        )

    def test_late_claim_takes_the_index_of_its_period(self):
        self._premium(1000)
        self._relative("R1", {"qty_provided": 5, "price_asked": 100})
        closing = self._june()
        self._relative("R2", {"price_asked": 100})
        closing.action_generate()
        late = closing.move_ids.openimis_line_ids.filtered(lambda x: x.code == "R2")
        self.assertEqual(late.amount_net, 16.44)

    def test_deleted_bill_keeps_the_valuation(self):
        self._premium(1000)
        self._relative("R1", {"qty_provided": 5, "price_asked": 100})
        closing = self._june()
        closing.move_ids.with_user(self.clerk).unlink()
        closing.action_generate()
        self.assertEqual(closing.move_ids.amount_total, 82.19)

    def test_without_contribution_the_index_is_one(self):
        self._relative("R1", SERVICE)
        self.assertEqual(self._june().move_ids.amount_total, 200)

    def test_distribution_per_month(self):
        self._premium(1000)
        self._relative("R1", {"qty_provided": 5, "price_asked": 100})
        self.product.distribution_ids = [(0, 0, {"month": 6, "percentage": 50})]
        self.assertEqual(self._june().move_ids.amount_total, 41.10)

    def test_month_without_distribution_leaves_out(self):
        self._premium(1000)
        self._relative("R1", SERVICE)
        self.product.distribution_ids = [(0, 0, {"month": 5, "percentage": 50})]
        closing = self._june()
        self.assertEqual(self._candidates(closing), {"R1": "no_index"})
        self.assertIn("no_distribution", closing.exchange_message_ids.mapped("code"))

    def test_in_and_out_patients_apart(self):
        self._premium(1000)
        self.product.relative_care_type = "S"
        self.product.distribution_ids = [
            (0, 0, {"month": 6, "percentage": 50, "care_type": "I"}),
            (0, 0, {"month": 6, "percentage": 50, "care_type": "O"}),
        ]
        self._relative("IN", {"price_asked": 500}, date_to="2026-06-12")
        self._relative("OUT", {"price_asked": 100})
        lines = self._june().move_ids.openimis_line_ids
        self.assertEqual(lines.mapped("amount_net"), [41.10, 41.10])

    def test_quarter_waits_for_its_end(self):
        self._premium(1000)
        self.product.period_rel_prices = "Q"
        self._relative("R1", SERVICE, date_from="2026-05-10", date_to="2026-05-10")
        may = self._closing(self.clerk, date_from="2026-05-01", date_to="2026-05-31")
        may.action_generate()
        self.assertEqual(self._candidates(may), {"R1": "no_index"})
        self._june()
        may.action_generate()
        self.assertEqual(len(may.move_ids), 1)
