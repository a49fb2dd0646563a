"""Ambiguous matches: a person decides, the rules stand back (spec 6.1)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common_convention import ConventionCase


@tagged("post_install", "-at_install")
class TestDecision(ConventionCase):
    def setUp(self):
        super().setUp()
        self.residents = self.simulator.residence("erables").data["residents"]

    def ambiguous(self):
        """Return the line of a tenant who may be one of two SOFI residents."""
        self.residents[3]["first_name"] = "Lise"
        line = self.line(self.marie())
        self.assertEqual((line.action, line.reason), ("decide", "twins"))
        self.assertEqual(set(line.candidate_ids.mapped("sofi_id")), {"554", "555"})
        return line

    def choice(self, line):
        """Open the choice as the button does."""
        action = line.action_decide()
        return Form(self.env[action["res_model"]].with_context(**action["context"]))

    def test_near_match_is_only_suggested(self):
        line = self.line(self.marie(nam=False))
        self.assertEqual(line.action, "create")
        self.assertEqual(line.suggestion_ids.mapped("sofi_id"), ["554"])

    def test_a_person_chooses_among_the_candidates(self):
        line = self.ambiguous()
        tenant, sync = line.tenant_id, line.sync_id
        chosen = line.candidate_ids.filtered(lambda r: r.sofi_id == "554")
        with self.choice(line) as form:
            self.assertEqual(form.proposed_ids.ids, line.candidate_ids.ids)
            form.resident_id = chosen
        form.record.action_confirm()
        self.assertEqual(tenant.decision, "match")
        self.assertEqual(tenant.decided_by_id, self.env.user)
        after = self.line(tenant, sync)
        self.assertEqual((after.action, after.resident_id), ("update", chosen))

    def test_one_click_on_a_candidate_decides(self):
        line = self.ambiguous()
        tenant, sync = line.tenant_id, line.sync_id
        chosen = line.candidate_ids.filtered(lambda r: r.sofi_id == "555")
        chosen.with_context(match_line_id=line.id).action_choose_match()
        self.assertEqual((tenant.decision, tenant.resident_id), ("match", chosen))
        self.assertEqual(self.line(tenant, sync).resident_id, chosen)

    def test_candidates_are_shown_with_their_room_and_status(self):
        found = self.ambiguous().candidate_ids
        self.assertEqual(set(found.mapped("room_number")), {"301A"})
        self.assertEqual(set(found.mapped("status_label")), {"Resident"})
        french = found.with_context(lang="fr_FR")
        self.assertEqual(set(french.mapped("status_label")), {"Résident"})

    def test_decided_as_new(self):
        line = self.ambiguous()
        tenant = line.tenant_id
        with self.choice(line) as form:
            form.decision = "new"
        form.record.action_confirm()
        self.assertEqual(self.line(tenant).action, "create")

    def test_choosing_nobody_is_refused(self):
        with self.choice(self.ambiguous()) as form:
            pass
        with self.assertRaisesRegex(UserError, "Choose the SOFI resident"):
            form.record.action_confirm()

    def test_resident_of_another_residence_is_refused(self):
        line = self.ambiguous()
        stranger = line.candidate_ids[0].copy(
            {"residence_id": self.make_cedres().id, "sofi_id": "1"}
        )
        with self.assertRaisesRegex(UserError, "lives in another residence"):
            line._decide("match", stranger)
        self.assertFalse(line.tenant_id.decision)

    def test_decision_can_be_forgotten(self):
        line = self.ambiguous()
        tenant = line.tenant_id
        line._decide("new")
        tenant.action_forget_decision()
        self.assertEqual(self.line(tenant).action, "decide")

    def test_decision_does_not_stand_above_a_refusal(self):
        line = self.ambiguous()
        tenant = line.tenant_id
        line._decide("match", line.candidate_ids[0])
        tenant.sex = "A"
        after = self.line(tenant)
        self.assertEqual((after.action, after.reason), ("refused", "sex_unsupported"))

    def test_warnings_are_told_in_words(self):
        tenant = self.tenant("T00123", nam="TREM40031200", occupant_type="Palliatif")
        self.assertEqual(
            self.line(tenant).detail,
            "Another SOFI resident has this NAM, SOFI does not know the occupant type, "
            "SOFI's NAM is better and is kept",
        )

    def test_viewer_may_not_decide(self):
        viewer = new_test_user(
            self.env, "sofi_see", groups="sofi_primmo.group_sofi_viewer"
        )
        line = self.ambiguous()
        resident = line.candidate_ids[0].with_user(viewer)
        with self.assertRaises(AccessError):
            resident.with_context(match_line_id=line.id).action_choose_match()
        self.assertFalse(line.tenant_id.decision)
