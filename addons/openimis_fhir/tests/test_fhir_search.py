from odoo.tests import tagged

from .fhir_case import BASE, FhirCase, validate


@tagged("post_install", "-at_install")
class TestFhirSearch(FhirCase):
    """Searching: every parameter, order and pages."""

    def test_statuses(self):
        draft = self.bill(1, post=False)
        issued = self.bill(2)
        cancelled = self.bill(3, post=False)
        cancelled.button_cancel()
        self.env.flush_all()
        for move, status in (
            (draft, "draft"),
            (issued, "issued"),
            (cancelled, "cancelled"),
        ):
            self.assertEqual(
                self.call(f"Invoice/{move.openimis_uuid}")["status"], status
            )
            self.assertIn(
                move.openimis_uuid, self.ids(self.call(f"Invoice?status={status}"))
            )

    def test_search(self):
        first, second = self.bill(1), self.bill(2, invoice_date="2026-10-05")
        both = {first.openimis_uuid, second.openimis_uuid}
        code_system = "https://x/fhir/R4/sid/bill-code"
        for query, expected in (
            ("", both),
            (f"?_id={first.openimis_uuid}", {first.openimis_uuid}),
            ("?identifier=IV-2", {second.openimis_uuid}),
            (f"?identifier={code_system}|IV-2", {second.openimis_uuid}),
            ("?identifier=anything|IV-2", set()),
            ("?identifier=|IV-2", set()),
            (
                f"?identifier=urn:ietf:rfc:3986|urn:uuid:{first.openimis_uuid}",
                {first.openimis_uuid},
            ),
            (f"?identifier=IV-2,{first.openimis_uuid}", both),
            ("?date=2026-10", {second.openimis_uuid}),
            ("?date=ge2026-11-01&date=lt2026-12-01", {first.openimis_uuid}),
            ("?date=ne2026-10-05", {first.openimis_uuid}),
            ("?date=ge2026-11-01&date=le9999-12-31", {first.openimis_uuid}),
            ("?_lastUpdated=le9999-12-31T23:59:59Z", both),
            ("?_lastUpdated=9999", set()),
            (
                "?date=ge2026-10-05T00:00:00%2B05:45&date=le2026-10-05T23:59:59%2B05:45",
                {second.openimis_uuid},
            ),
            (f"?recipient=Organization/{self.facility.openimis_uuid}", both),
            ("?recipient=Organization/other", set()),
            (f"?issuer=Organization/partner-{self.company.partner_id.id}", both),
            ("?type=claim-batch", both),
            ("?type=commission", set()),
            ("?subject=Patient/nobody", set()),
            ("?_lastUpdated=ge2020-01-01T00:00:00Z", both),
            ("?_lastUpdated=lt2020-01-01", set()),
            ("?status=balanced", set()),
        ):
            bundle = self.call(f"Invoice{query}")
            self.assertEqual(set(self.ids(bundle)), expected, query)
            self.assertEqual(bundle["total"], len(expected), query)

    def test_sorting(self):
        first, second = self.bill(1), self.bill(2, invoice_date="2026-10-05")
        order = [second.openimis_uuid, first.openimis_uuid]
        self.assertEqual(self.ids(self.call("Invoice?_sort=date")), order)
        self.assertEqual(self.ids(self.call("Invoice?_sort=-date")), order[::-1])

    def test_pages_stay_stable_while_bills_come_and_change(self):
        moves = [self.bill(number) for number in range(7)]
        for sort in ("", "&_sort=date", "&_sort=-date"):
            bundle = self.call(f"Invoice?_count=3{sort}")
            seen = self.ids(bundle)
            self.bill(100 + len(seen) + len(sort))  # arrives between two pages
            moves[0].openimis_note = f"changed {sort}"
            self.env.flush_all()
            while following := [k for k in bundle["link"] if k["relation"] == "next"]:
                bundle = self.call(following[0]["url"])
                seen += self.ids(bundle)
            expected = [move.openimis_uuid for move in moves]
            self.assertEqual(len(seen), len(set(seen)), sort)
            self.assertLessEqual(set(expected), set(seen), sort)

    def test_bills_without_a_date_are_on_a_page_too(self):
        moves = [self.bill(n, post=False, invoice_date=False) for n in range(3)]
        moves += [self.bill(n) for n in (7, 8)]
        expected = sorted(move.openimis_uuid for move in moves)
        for sort in ("date", "-date"):
            seen = self.all_pages(f"Invoice?_count=2&_sort={sort}")
            self.assertEqual(sorted(seen), expected, sort)

    def test_what_was_written_within_one_second_is_on_a_page_once(self):
        partners = self.env["res.partner"].create(
            [{"name": f"HF {n}", "openimis_is_facility": True} for n in range(9)]
        )
        self.env.flush_all()
        for number, partner in enumerate(partners):
            # the later ones are older by microseconds
            self.env.cr.execute(
                "UPDATE res_partner SET write_date = %s WHERE id = %s",
                [f"2026-11-21 10:00:00.{9 - number // 2:06}", partner.id],
            )
        self.env.invalidate_all()
        path = "Organization?_lastUpdated=2026-11-21&_count=2&_sort="
        for sort in ("_lastUpdated", "-_lastUpdated"):
            seen = self.all_pages(path + sort)
            self.assertEqual(len(seen), 9, sort)
            self.assertEqual(len(set(seen)), 9, sort)

    def all_pages(self, path):
        """Ids on all pages, in order."""
        bundle = self.call(path)
        seen = self.ids(bundle)
        while following := [k for k in bundle["link"] if k["relation"] == "next"]:
            bundle = self.call(following[0]["url"])
            seen += self.ids(bundle)
            self.assertLess(len(seen), 50, "pages without end")
        return seen

    def test_every_prefix_of_a_date(self):
        old, day, new = (
            self.bill(n, invoice_date=f"2026-11-{20 + n}").openimis_uuid
            for n in range(3)
        )
        for prefix, expected in (
            ("", {day}),
            ("eq", {day}),
            ("ne", {old, new}),
            ("gt", {new}),
            ("sa", {new}),
            ("ge", {day, new}),
            ("lt", {old}),
            ("eb", {old}),
            ("le", {old, day}),
        ):
            bundle = self.call(f"Invoice?date={prefix}2026-11-21")
            self.assertEqual(set(self.ids(bundle)), expected, prefix)

    def test_names_are_compared_from_their_beginning(self):
        other = self.env["res.partner"].create(
            {"name": "My Health_centre", "openimis_is_facility": True}
        )
        names = {f"partner-{other.id}": "other"}
        names[self.facility.openimis_uuid] = "facility"
        for query, expected in (
            ("name=health", {"facility"}),
            ("name:contains=HEALTH", {"facility", "other"}),
            ("name:contains=h_c", {"other"}),
            ("name:exact=Health%20centre%201", {"facility"}),
            ("name:exact=health%20centre%201", set()),
            ("name=%25", set()),
        ):
            bundle = self.call(f"Organization?{query}")
            found = {names.get(key) for key in self.ids(bundle)} - {None}
            self.assertEqual(found, expected, query)

    def test_what_cannot_be_understood_is_refused_in_words(self):
        for query in (
            "Invoice?date=ap2026-11-21",
            "Invoice?date=2026-02-30",
            "Invoice?date=2026-10,2026-11",
            "Invoice?status=unknown",
            "Invoice?status=",
            "Invoice?identifier=urn:x|",
            "Invoice?identifier=%00",
            "Invoice?recipient:Claim=x",
            "Invoice?recipient=Claim/x",
            "Invoice?account=2010",
            "Invoice?participant=x",
            "Invoice?totalgross=much",
            "Invoice?totalgross:missing=perhaps",
            "Invoice?_sort=--date",
            "Invoice?_sort=name",
            "Invoice?_count=-1",
            "Invoice?_count=%C2%B2",
            "Invoice?_cursor=MTIz",
            "Invoice?_include=Invoice:subject",
            "Invoice?_revinclude=Invoice:issuer",
            "Invoice?_include:iterate=Invoice:issuer",
            "Invoice?_sort=status",
            "Invoice?_summary=yes",
            "Invoice?_elements=total",
            "Invoice?_elements=",
            "Invoice/_history?_elements=status,nothing",
            "Organization?name:missing=1",
            "Organization?name=%00",
            "ChargeItem?identifier=1",
            "Claim?date=2026",
        ):
            outcome = self.call(query, status=400)
            self.assertEqual(outcome["resourceType"], "OperationOutcome")
            parameter = query.partition("?")[2].partition("=")[0]
            self.assertEqual(outcome["issue"][0]["expression"], [parameter], query)

    def test_a_search_may_be_posted(self):
        self.bill(1)
        second = self.bill(2)
        answer = self.url_open(
            f"{BASE}/Invoice/_search",
            data={"identifier": "IV-2"},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        self.assertEqual(self.ids(validate(answer.content)), [second.openimis_uuid])

    def test_count_zero_only_counts(self):
        self.bill(1)
        bundle = self.call("Invoice?_count=0")
        self.assertEqual((bundle["total"], self.ids(bundle)), (1, []))

    def test_the_number_of_queries_does_not_grow_with_the_page(self):
        Server = self.env["openimis.fhir.invoice"].with_user(self.reader)
        moves = self.env["account.move"].union(*(self.bill(n) for n in range(12)))

        def queries(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Server._resources(records.with_env(Server.env))
            return self.env.cr.sql_log_count - before

        queries(moves[:1])  # warm
        self.assertEqual(queries(moves[:2]), queries(moves))
