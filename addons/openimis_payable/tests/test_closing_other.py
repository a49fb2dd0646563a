from odoo.tests import tagged

from .common import OpenimisCase

YEAR = {"date_effective": "2026-01-01", "date_expiry": "2026-12-31"}


@tagged("post_install", "-at_install")
class TestClosingOther(OpenimisCase):
    """Capitation, commission, fees, cash payments and contributions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.village = cls._location("V1", "Village 1", "V", cls.district_a)
        cls.officer = cls.env["openimis.officer"].create(
            {"code": "EO1", "name": "Officer One", "company_id": cls.company.id}
        )
        cls.payer = cls.env["openimis.payer"].create(
            {"code": "MOMO", "name": "Mobile Money", "company_id": cls.company.id}
        )
        cls.family = cls._family("CHF1")
        cls.policy = cls._policy(cls.family)

    @classmethod
    def _family(cls, chf_id, village=None):
        family = cls.env["openimis.family"].create(
            {
                "code": chf_id,
                "company_id": cls.company.id,
                "location_id": (village or cls.village).id,
            }
        )
        family.head_id = cls.env["openimis.insuree"].create(
            {
                "chf_id": chf_id,
                "last_name": f"Head {chf_id}",
                "company_id": cls.company.id,
                "family_id": family.id,
                "is_head": True,
            }
        )
        return family

    @classmethod
    def _policy(cls, family, **vals):
        return cls.env["openimis.policy"].create(
            {
                "company_id": cls.company.id,
                "family_id": family.id,
                "product_id": cls.product.id,
                "officer_id": cls.officer.id,
                "value": 1000,
                **YEAR,
                **vals,
            }
        )

    @classmethod
    def _premium(cls, amount, policy=None, **vals):
        return cls.env["openimis.premium"].create(
            {
                "company_id": cls.company.id,
                "policy_id": (policy or cls.policy).id,
                "amount": amount,
                "date_paid": "2026-01-05",
                **vals,
            }
        )

    @classmethod
    def _plan(cls, calculation, **vals):
        return cls.env["openimis.payment.plan"].create(
            {
                "code": f"PL-{calculation}",
                "name": f"Plan {calculation}",
                "company_id": cls.company.id,
                "product_id": cls.product.id,
                "calculation": calculation,
                **vals,
            }
        )

    def _generate(self, kind, **vals):
        closing = self._closing(self.clerk, types=self._types(kind), **vals)
        closing.action_generate()
        self.assertEqual(
            closing.state, "done", closing.exchange_message_ids.mapped("text")
        )
        return closing

    # === COMMISSION ===

    def test_commission_per_policy(self):
        self._plan("commission", rate=10)
        self._premium(1000)
        self._premium(333.33)
        move = self._generate("commission", commission_granularity="policy").move_ids
        self.assertEqual(move.partner_id, self.officer.partner_id)
        self.assertEqual(move.openimis_line_ids.mapped("amount_net"), [100, 33.33])
        self.assertEqual(move.amount_total, 133.33)

    def test_commission_per_product(self):
        self._plan("commission", rate=10)
        self._premium(1000)
        self._premium(333.33)
        move = self._generate("commission", commission_granularity="product").move_ids
        self.assertRecordValues(
            move.openimis_line_ids,
            [
                {
                    "code": "PR1",
                    "quantity": 1333.33,
                    "unit_price": 0.1,
                    "amount_net": 133.33,
                }
            ],
        )
        self.assertEqual(move.amount_total, 133.33)

    def test_commission_with_decimal_rate(self):
        self._plan("commission", rate=2.5)
        self._premium(1000)
        self.assertEqual(self._generate("commission").move_ids.amount_total, 25)

    def test_commission_is_paid_once(self):
        self._plan("commission", rate=10)
        self._premium(1000)
        bill = self._generate("commission").move_ids
        again = self._generate("commission")
        self.assertFalse(again.move_ids)
        [candidate] = again.candidate_ids
        self.assertEqual(candidate.reason_code, "billed")
        self.assertIn(bill.openimis_code, candidate.reason)

    def test_commission_reasons(self):
        self._plan("commission", rate=10, periodicity=3)
        orphan = self._policy(self.family, officer_id=False)
        idle = self._policy(self.family, status="1")
        other = self._policy(self.family, product_id=self._product("PR2").id)
        for policy in (self.policy, orphan, idle, other):
            self._premium(100, policy)
        closing = self._generate("commission")
        self.assertFalse(closing.move_ids)
        self.assertEqual(
            set(closing.candidate_ids.mapped("reason_code")),
            {"not_due", "no_third_party", "wrong_status", "no_plan"},
        )

    # === WHY NOT ===

    def _left_out(self, kind, **vals):
        """Return the only reason of a closing that bills nothing."""
        closing = self._generate(kind, **vals)
        self.assertFalse(closing.move_ids)
        [reason] = set(closing.candidate_ids.mapped("reason_code"))
        return reason

    def _check_reasons(self, kind, source):
        other = self._product(f"PR-{kind}")
        with self.subTest(kind):
            self.assertEqual(self._left_out(kind, product_ids=other.ids), "other_scope")
            only = self.facility_b.ids
            self.assertEqual(self._left_out(kind, partner_ids=only), "other_scope")
            source.billing_excluded = True
            self.assertEqual(self._left_out(kind), "never_bill")
            source.billing_excluded = False
            codes = ("account_remuneration_code", "account_premium_code")
            self.product.write(dict.fromkeys(codes, "X-NONE"))
            self.assertEqual(self._left_out(kind), "no_account")
            self.product.write(dict.fromkeys(codes, False))

    def test_each_kind_says_why_it_leaves_out(self):
        for kind in ("commission", "fee", "cash"):
            self._plan(kind, rate=10, lump_sum=100)
        premium = self._premium(1000)
        payment = self._payment(premium)
        for kind, source in (
            ("commission", premium),
            ("fee", payment),
            ("cash", self.policy),
            ("contribution", premium),
        ):
            self._check_reasons(kind, source)
        payment.status = "0"
        self.assertEqual(self._left_out("fee"), "wrong_status")
        payment.write({"status": "1", "premium_ids": [(5, 0, 0)]})
        self.assertEqual(self._left_out("fee"), "no_lines")
        self.policy.status = "4"
        self.assertEqual(self._left_out("cash"), "wrong_status")
        self.family.head_id = False
        self.assertEqual(self._left_out("contribution"), "no_third_party")

    def test_capitation_says_why_it_leaves_out(self):
        self._capitation_example()
        only = self._generate("capitation", partner_ids=self.facility_a.ids)
        self.assertEqual(only.move_ids.mapped("amount_total"), [5200])
        [row] = self.env["openimis.capitation"].search(
            [("product_id", "=", self.product.id), ("billing_state", "=", "to_bill")]
        )
        row.billing_excluded = True
        rest = self._generate("capitation")
        self.assertEqual(
            set(rest.candidate_ids.mapped("reason_code")), {"billed", "never_bill"}
        )
        row.billing_excluded = False
        self.product.account_remuneration_code = "X-NONE"
        rest = self._generate("capitation")
        self.assertIn("no_account", rest.candidate_ids.mapped("reason_code"))

    # === FEES ===

    def _payment(self, premiums, **vals):
        return self.env["openimis.invoice.payment"].create(
            {
                "code": "PAY1",
                "company_id": self.company.id,
                "payer_id": self.payer.id,
                "premium_ids": [(6, 0, premiums.ids)],
                "date_payment": "2026-01-06",
                **vals,
            }
        )

    def test_fees_per_payer(self):
        self._plan("fee", rate=2)
        self._payment(self._premium(1000))
        move = self._generate("fee").move_ids
        self.assertEqual(move.partner_id, self.payer.partner_id)
        self.assertEqual(move.amount_total, 20)
        self.assertEqual(move.openimis_amount_discount, 0)

    def test_fees_per_channel(self):
        self._plan("fee", rate=2)
        self._payment(self._premium(1000), payment_origin="A")
        self._payment(self._premium(500), payment_origin="B", code="PAY2")
        moves = self._generate("fee").move_ids
        self.assertEqual(sorted(moves.mapped("amount_total")), [10, 20])

    def test_late_fees_join_the_draft_of_their_channel(self):
        self._plan("fee", rate=2)
        self._payment(self._premium(1000), payment_origin="A")
        self._payment(self._premium(500), payment_origin="B", code="PAY2")
        closing = self._generate("fee", late_policy="join")
        self._payment(self._premium(300), payment_origin="B", code="PAY3")
        closing.action_generate()
        self.assertEqual(sorted(closing.move_ids.mapped("amount_total")), [16, 20])

    def test_fee_plan_of_one_channel(self):
        self._plan("fee", rate=2, payment_origin="A", payer_id=self.payer.id)
        self._payment(self._premium(1000), payment_origin="A", payer_id=False)
        self._payment(self._premium(500), payment_origin="B", code="PAY2")
        closing = self._generate("fee")
        self.assertEqual(closing.move_ids.amount_total, 20)
        self.assertEqual(self._candidates(closing)["PAY2"], "no_plan")

    # === CASH ===

    def test_cash_per_insuree(self):
        self._plan("cash", lump_sum=150)
        self._policy(self._family("CHF2"))
        closing = self._closing(self.clerk, types=self._types("cash"))
        closing.action_preview()
        self.assertFalse(self.family.head_id.partner_id)
        closing.action_generate()
        self.assertEqual(closing.move_ids.mapped("amount_total"), [150, 150])
        self.assertIn(self.family.head_id.partner_id, closing.move_ids.partner_id)

    def test_cash_per_period(self):
        agency = self.env["res.partner"].create({"name": "Paying Agency"})
        self._plan("cash", lump_sum=150, disbursing_partner_id=agency.id)
        self._policy(self._family("CHF2"))
        move = self._generate("cash", cash_granularity="period").move_ids
        self.assertEqual(move.partner_id, agency)
        self.assertEqual(move.openimis_line_ids.mapped("amount_net"), [150, 150])

    def test_cash_period_without_agency(self):
        self._plan("cash", lump_sum=150)
        closing = self._generate("cash", cash_granularity="period")
        self.assertEqual(closing.candidate_ids.reason_code, "no_third_party")

    # === CONTRIBUTIONS ===

    def test_contribution_becomes_customer_invoice(self):
        self._premium(1000)
        self._premium(200, payer_id=self.payer.id)
        moves = self._generate("contribution").move_ids.sorted("amount_total")
        self.assertEqual(set(moves.mapped("move_type")), {"out_invoice"})
        self.assertEqual(moves.mapped("amount_total"), [200, 1000])
        self.assertEqual(moves[0].partner_id, self.payer.partner_id)
        self.assertEqual(moves[1].partner_id, self.family.head_id.partner_id)

    # === CAPITATION ===

    def _capitation_example(self):
        """The worked example: 10 000 allocated, share 80, four indicators."""
        self.product.write(
            {
                "share_contribution": 80,
                "weight_population": 30,
                "weight_insured_population": 30,
                "weight_nb_visits": 20,
                "weight_adjusted_amount": 20,
            }
        )
        # 31 of 31 days belong to January
        whole = self._policy(self.env["openimis.family"], date_expiry="2026-02-01")
        self._premium(10000, whole, date_paid="2026-01-01")
        for facility, population, insured, visits, amount in (
            (self.facility_a, 600, 30, 12, 500),
            (self.facility_b, 400, 10, 8, 300),
        ):
            code = facility.openimis_code
            village = self._location(
                f"V-{code}", f"Village {code}", "V", self.district_a
            )
            village.male_population = population
            self.env["openimis.catchment"].create(
                {"partner_id": facility.id, "location_id": village.id}
            )
            family = self._family(f"F-{code}", village)
            self.env["openimis.insuree"].create(
                [
                    {
                        "chf_id": f"{code}-{number}",
                        "last_name": "Member",
                        "family_id": family.id,
                        "company_id": self.company.id,
                    }
                    for number in range(insured - 1)
                ]
            )
            self._policy(family)
            for number in range(visits):
                price = amount - visits + 1 if number == 0 else 1
                self._claim(
                    f"{code}-{number}",
                    {"price_asked": price},
                    health_facility_id=facility.id,
                )

    def test_capitation_example(self):
        self._capitation_example()
        closing = self._generate("capitation")
        totals = {move.partner_id: move.amount_total for move in closing.move_ids}
        self.assertEqual(totals, {self.facility_a: 5200, self.facility_b: 2800})
        move = closing.move_ids.filtered(lambda m: m.partner_id == self.facility_a)
        line = move.openimis_line_ids[0]
        self.assertEqual((line.quantity, line.unit_price), (600, 10))
        self.assertEqual((line.discount, line.amount_net), (4560, 1440))

    def test_capitation_per_product(self):
        self._capitation_example()
        closing = self._generate("capitation", capitation_granularity="product")
        self.assertEqual(len(closing.move_ids.openimis_line_ids), 2)
        self.assertEqual(sum(closing.move_ids.mapped("amount_total")), 8000)

    def test_capitation_pot_is_shared_out_once(self):
        self._capitation_example()
        first = self._generate("capitation")
        again = self._generate("capitation")
        self.assertFalse(again.move_ids)
        first.move_ids[0].with_user(self.clerk).unlink()
        again.action_generate()
        self.assertEqual(sum((first + again).move_ids.mapped("amount_total")), 8000)

    def test_capitation_overlap_is_refused(self):
        self._capitation_example()
        self._generate("capitation")
        longer = self._closing(
            self.clerk, types=self._types("capitation"), date_to="2026-03-31"
        )
        longer.action_generate()
        self.assertFalse(longer.move_ids)
        self.assertIn("capitation_overlap", longer.exchange_message_ids.mapped("code"))

    def test_what_facilities_read_is_in_their_language(self):
        """Whoever closes: the clerk's own language is for the candidates."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"].search(
            [("name", "=", "openimis_payable")]
        )._update_translations(["fr_FR"])
        self._capitation_example()
        self.facility_a.lang = "fr_FR"
        self.facility_b.lang = "en_US"
        closing = self._generate("capitation", move_line_policy="detailed")
        of_a = closing.move_ids.filtered(lambda b: b.partner_id == self.facility_a)
        self.assertIn(
            "Population assurée", of_a.openimis_line_ids.mapped("description")
        )
        self.assertIn("Population assurée", " ".join(of_a.line_ids.mapped("name")))
        of_b = closing.move_ids - of_a
        self.assertIn(
            "Insured population", of_b.openimis_line_ids.mapped("description")
        )
        explained = " ".join(of_a.openimis_line_ids.mapped("explain_input"))
        self.assertIn("Insured population", explained)
