"""Nobody's record in SOFI gets worse by a synchronization (spec 6 to 8)."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.sofi_primmo.core.api_client import SofiClient
from odoo.addons.sofi_primmo.core.exceptions import SofiTransient

from .common_convention import ConventionCase

REAL, TEMPORARY, OTHER_REAL = "TREJ38040719", "TREJ38040700", "COTE41610510"


@tagged("post_install", "-at_install")
class TestSyncHarm(ConventionCase):
    def setUp(self):
        super().setUp()
        self.residence.write_to_sofi = True
        self.simulated = self.simulator.residence("erables")
        self.residents = self.simulated.data["residents"]

    def sofi(self, number="551"):
        """Return what SOFI has of a resident."""
        return self.simulated.one("residents", number)

    def apply(self):
        """Preview and apply."""
        sync = self.preview()
        sync.action_run()
        return sync

    def martine(self):
        """Return a tenant decided to be new, who shares her temporary NAM."""
        self.residents[3]["first_name"] = "Lise"
        tenant = self.marie()
        self.line(tenant)._decide("new")
        return tenant

    def named(self, external_id):
        """Return SOFI's residents with an External ID."""
        return [r for r in self.residents if r.get("external_id") == external_id]

    def enter_by_hand(self, number, external_id, like):
        """Let somebody create a resident in SOFI."""
        row = {**like, "id": number, "external_id": external_id}
        self.simulated.create_resident(row)

    # --- The NAM -----------------------------------------------------------------

    def test_no_nam_of_less_worth_replaces_sofis(self):
        """A table: SOFI's NAM, Primmo's, the External ID known, what SOFI has after."""
        wrong, other = "TREJ38040711", "1234567890ON"
        cases = [
            (REAL, False, True, REAL),
            (REAL, TEMPORARY, True, REAL),
            (REAL, wrong, True, REAL),
            (REAL, TEMPORARY, False, REAL),
            (REAL, False, False, REAL),
            (other, False, True, other),
            (other, TEMPORARY, True, other),
            (wrong, TEMPORARY, True, wrong),
            (other, REAL, True, REAL),
            (wrong, REAL, True, REAL),
            (TEMPORARY, REAL, True, REAL),
            (None, REAL, True, REAL),
            (None, False, True, TEMPORARY),
            (None, TEMPORARY, True, TEMPORARY),
        ]
        tenant = self.tenant("T00123", nam_expiry=False)
        for theirs, ours, by_number, expected in cases:
            self.simulator.store.reset()
            self.simulated = self.simulator.residence("erables")
            resident = self.sofi()
            resident["nam"] = theirs
            resident["external_id"] = "T00123" if by_number else None
            tenant.write({"nam": ours, "resident_id": False})
            with self.subTest(sofi=theirs, primmo=ours, by_number=by_number):
                self.apply()
                self.assertEqual(self.sofi()["nam"], expected)
                self.assertEqual(self.sofi()["external_id"], "T00123")

    def test_kept_nam_is_told_and_its_expiry_stays(self):
        tenant = self.tenant("T00123", nam=TEMPORARY, nam_expiry="2031-01")
        line = self.line(tenant)
        self.assertEqual(line.action, "nothing")
        self.assertFalse(line.changes)
        self.assertEqual(line.detail, "SOFI's NAM is better and is kept")

    def test_preview_says_what_kind_of_nam_replaces_what(self):
        self.sofi()["nam"] = TEMPORARY
        tenant = self.tenant("T00123", language="En")
        text = self.line(tenant).changes_text
        self.assertIn("NAM: TREJ •••••••• (temporary) → TREJ •••••••• (real)", text)
        self.assertNotIn("3804", text)
        self.sofi()["nam"] = None
        text = self.line(tenant).changes_text
        self.assertIn("NAM: – → TREJ •••••••• (real)", text)

    def test_nam_that_became_real_after_the_preview_is_kept(self):
        self.sofi()["nam"] = None
        tenant = self.tenant("T00123", nam=TEMPORARY)
        sync = self.preview()
        self.assertIn("nam", self.line(tenant, sync).changes)
        self.sofi()["nam"] = REAL
        sync.action_run()
        line = self.line(tenant, sync)
        self.assertEqual((line.state, line.reason), ("todo", "changed_since"))
        self.assertEqual(self.sofi()["nam"], REAL)

    def test_equal_real_nams_stop_both(self):
        one = self.tenant("T8", last_name="Un", nam="UNXJ38040714")
        two = self.tenant("T9", last_name="Deux", nam="UNXJ38040714")
        before = len(self.residents)
        sync = self.apply()
        for tenant in one | two:
            line = self.line(tenant, sync)
            self.assertEqual((line.action, line.reason), ("refused", "nam_twice"))
            self.assertIn("nam_twice", self.kinds(tenant))
        self.assertEqual(len(self.residents), before)
        # Who left does not stand in the way of the same person under a new number.
        one.departure_date = self.residence._today()
        self.assertNotEqual(self.line(two).reason, "nam_twice")

    def test_real_nam_of_another_resident_is_not_given_again(self):
        tenant = self.tenant("T00123", nam=OTHER_REAL)
        line = self.line(tenant, self.apply())
        self.assertEqual((line.action, line.reason), ("refused", "nam_taken"))
        self.assertEqual(self.sofi()["nam"], REAL)

    # --- Who lives there ---------------------------------------------------------

    @freeze_time("2026-02-03 12:00", tick=True)
    def test_neither_side_makes_anybody_leave_or_come_back(self):
        today = self.residence._today()
        tomorrow, long_ago = today + timedelta(1), "2025-06-30"
        cases = [
            ("departed", {}, "refused", "departed_sofi"),
            ("deceased", {}, "refused", "departed_sofi"),
            ("departed", {"departure_date": long_ago}, "nothing", False),
            ("active", {"departure_date": long_ago}, "refused", "departed_primmo"),
            ("active", {"departure_date": today}, "refused", "departed_primmo"),
            ("active", {"departure_date": tomorrow}, "nothing", False),
            (
                "active",
                {"departure_date": long_ago, "entry_date": "2025-09-01"},
                "update",
                False,
            ),
            ("active", {"accepted": False}, "nothing", False),
            ("pending", {}, "update", False),
        ]
        fields_before = {
            "departure_date": False,
            "accepted": True,
            "entry_date": "2024-07-01",
        }
        tenant = self.tenant("T00123")
        for status, values, action, reason in cases:
            self.simulator.store.reset()
            self.simulated = self.simulator.residence("erables")
            self.sofi()["status"] = status
            tenant.write(fields_before | values)
            with self.subTest(status=status, **values):
                line = self.line(tenant, self.apply())
                self.assertEqual((line.action, line.reason), (action, reason))
                lives = "active" if status == "pending" else status
                self.assertEqual(self.sofi()["status"], lives)
                if reason:
                    self.assertIn(reason, self.kinds(tenant))

    def test_it_is_the_day_of_the_residence_and_not_of_the_user(self):
        tenant = self.tenant("T00123")
        self.env.user.tz = "Asia/Tokyo"
        midday = datetime(2026, 11, 29, 20, 0)  # the next day in Japan
        with freeze_time(midday):
            self.assertEqual(self.residence._today(), date(2026, 11, 29))
            tenant.departure_date = "2026-11-30"
            self.assertFalse(tenant._has_left())
            tenant.departure_date = "2026-11-29"
            self.assertTrue(tenant._has_left())

    def test_who_left_is_not_created(self):
        tenant = self.tenant("T9", last_name="Parti", nam=False)
        tenant.departure_date = "2025-01-01"
        before = len(self.residents)
        self.assertEqual(self.line(tenant, self.apply()).action, "nothing")
        self.assertEqual(len(self.residents), before)

    # --- Creations ---------------------------------------------------------------

    def test_decided_as_new_creates_once(self):
        tenant = self.martine()
        for _time in range(3):
            self.apply()
            self.assertEqual(len(self.named(tenant.external_id)), 1)
        self.assertFalse(tenant.decision)

    def test_decided_as_new_and_entered_by_hand_is_not_created_again(self):
        self.residence.write_to_sofi = False
        tenant = self.martine()
        line = self.line(tenant, self.apply())
        self.enter_by_hand("900", "T00901", self.residents[3])
        self.assertTrue(tenant.decision)  # nobody has ticked it off yet
        self.assertNotEqual(self.line(tenant).action, "create")
        line.action_done()
        self.assertFalse(tenant.decision)
        self.assertNotEqual(self.line(tenant).action, "create")

    def test_person_entered_since_the_preview_is_not_created_again(self):
        tenant = self.tenant("T9", last_name="Nouveau", nam=False)
        sync = self.preview()
        self.assertEqual(self.line(tenant, sync).action, "create")
        self.enter_by_hand("901", "T9", self.residents[0])
        sync.action_run()
        self.assertEqual(len(self.named("T9")), 1)
        line = self.line(tenant, sync)
        self.assertEqual((line.state, line.resident_id.sofi_id), ("done", "901"))

    def test_real_nam_entered_for_somebody_since_the_preview_is_not_given_again(self):
        tenant = self.tenant("T9", last_name="Nouveau", nam="UNXJ38040714")
        sync = self.preview()
        self.assertEqual(self.line(tenant, sync).action, "create")
        somebody = self.residents[0] | {"nam": "UNXJ38040714"}
        self.enter_by_hand("902", None, somebody)
        sync.action_run()
        self.assertFalse(self.named("T9"))
        line = self.line(tenant, sync)
        self.assertEqual((line.state, line.reason), ("todo", "nam_taken"))

    def test_a_creation_sent_again_has_the_key_it_had(self):
        keys = []

        def send(client, values, key):
            keys.append(key)
            raise SofiTransient("no answer")

        self.startPatcher(patch.object(SofiClient, "create_resident", send))
        tenants = [self.tenant(f"T{n}", last_name=f"Nom{n}", nam=False) for n in (8, 9)]
        sync = self.preview()
        lines = self.line(tenants[0], sync) | self.line(tenants[1], sync)
        for line in [*lines, *lines]:
            # as the worker after the one that died does
            again = self.env["sofi.sync.line"].sudo().browse(line.id)
            with self.residence._client() as client, self.assertRaises(SofiTransient):
                sync._apply_line(again, client)
        self.assertEqual(keys[:2], keys[2:])
        self.assertEqual(len(set(keys)), 2)

    def test_creation_without_an_answer_is_told_and_found_by_the_next_preview(self):
        self.simulator.faults.add(
            {"path": "/residents", "method": "POST", "kind": "drop_after_commit"}
        )
        tenant = self.tenant("T9", last_name="Nouveau", nam=False)
        line = self.line(tenant, self.apply())
        self.assertEqual((line.state, line.reason), ("todo", "no_answer"))
        self.simulator.faults.clear()
        self.apply()
        self.assertEqual(len(self.named("T9")), 1)

    # --- Who writes a line -------------------------------------------------------

    def test_only_the_engine_writes_what_a_manager_is_about_to_apply(self):
        operator = new_test_user(
            self.env, "sofi_op", groups="sofi_primmo.group_sofi_operator"
        )
        manager = new_test_user(
            self.env, "sofi_ma", groups="sofi_primmo.group_sofi_manager"
        )
        line = self.line(self.tenant("T00123", language="En"))
        other = self.emilie()
        rows = [
            {"tenant_id": other.id},
            {"resident_id": line.resident_id.copy({"sofi_id": "x"}).id},
            {"action": "create"},
            {"reason": "no_answer"},
            {"state": "done"},
            {"changes": {"nam": ["a", "b"]}},
        ]
        for user in (operator, manager):
            for values in rows:
                with self.subTest(user=user.login, values=values):
                    with self.assertRaises(AccessError):
                        line.with_user(user).write(values)
            with self.assertRaises(AccessError):
                line.with_user(user).unlink()
            with self.assertRaises(AccessError):
                line.with_user(user).copy()

    def test_operator_still_ticks_off_and_decides(self):
        operator = new_test_user(
            self.env, "sofi_op", groups="sofi_primmo.group_sofi_operator"
        )
        self.residence.write_to_sofi = False
        line = self.line(self.tenant("T00123", language="En"), self.apply())
        line.with_user(operator).action_done()
        self.assertEqual(line.state, "done")
        viewer = new_test_user(
            self.env, "sofi_vi", groups="sofi_primmo.group_sofi_viewer"
        )
        line.state = "todo"
        with self.assertRaises(AccessError):
            line.with_user(viewer).action_done()

    def test_who_a_tenant_is_in_sofi_is_not_written_by_hand(self):
        operator = new_test_user(
            self.env, "sofi_op", groups="sofi_primmo.group_sofi_operator"
        )
        tenant = self.tenant("T00123")
        other = self.line(self.emilie()).resident_id
        values = {
            "resident_id": other.id,
            "decision": "new",
            "decided_by_id": self.env.ref("base.user_admin").id,
            "decided_date": "2020-01-01 00:00:00",
            "nam_temporary_since": "2020-01-01",
            "anonymized": True,
            "anonymized_date": "2020-01-01",
        }
        for name, value in values.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                tenant.with_user(operator).write({name: value})
