from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import RIGHT, SERVICE, OpenimisCase
from .rights_table import GROUPS, OPERATIONS, RIGHTS, STOCK, is_allowed


class Undo(Exception):
    """Ends a savepoint: no deed changes the stage of the next."""


@tagged("post_install", "-at_install")
class TestRightsMatrix(OpenimisCase):
    """Every right and group × every operation × every door, as the table says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {code: RIGHT + code for code in RIGHTS}
        groups |= {name: xmlid for name, (_title, xmlid) in GROUPS.items()}
        cls.users = {
            name: new_test_user(
                cls.env,
                f"matrix_{name}",
                f"base.group_user,{xmlid}",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for name, xmlid in groups.items()
        }
        cls.draft = cls._bill_of("C1")
        cls.posted = cls._bill_of("C2")
        cls.posted.action_post()
        cls.paid = cls._bill_of("C3")
        cls.paid.action_post()
        cls.payment = cls.paid.openimis_payment_sent(openimis_code_ext="P1")
        cls.taken_back = cls._bill_of("C4")
        cls.taken_back.action_post()
        cls.draft_payment = cls.taken_back.openimis_payment_sent(openimis_code_ext="P2")
        cls.draft_payment.action_draft()
        cls._claim("C5", SERVICE)
        cls.planned = cls._closing()
        cls.planned.action_preview()
        cls.message = cls.env["openimis.bill.event"].create(
            {"move_id": cls.draft.id, "message": "Check"}
        )
        cls.advance = cls._advance()
        cls.env.flush_all()

    @classmethod
    def _bill_of(cls, code):
        cls._claim(code, SERVICE)
        closing = cls._closing()
        closing.action_generate()
        return closing.move_ids

    @classmethod
    def _advance(cls):
        """Return the entry of money that the facility got before."""
        journal = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", cls.company.id)], limit=1
        )
        owed = cls._owed(cls.posted)
        items = [
            {"account_id": owed.account_id.id, "debit": 5, "name": "Advance"},
            {
                "account_id": journal.company_id.transfer_account_id.id,
                "credit": 5,
                "name": "Advance",
            },
        ]
        entry = cls.env["account.move"].create(
            {
                "journal_id": journal.id,
                "line_ids": [
                    Command.create({**item, "partner_id": cls.facility_a.id})
                    for item in items
                ],
            }
        )
        entry.action_post()
        return entry.line_ids.filtered(lambda line: line.debit)

    @staticmethod
    def _owed(bill):
        return bill.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
        )

    def test_everybody_may_do_what_the_table_says(self):
        wrong = []
        for key, operation, door, needed in OPERATIONS:
            for name, user in self.users.items():
                expected = is_allowed(needed, lambda code, user=user: _has(user, code))
                if self._may(key, user) != expected:
                    wrong.append((operation, door, name, "refused" * expected))
        self.assertFalse(wrong, "(operation, door, who, what instead)")

    def _may(self, key, user):
        """Let a user do a deed, and undo it; tell whether he was allowed."""
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_do_{key}")(user)
                self.env.flush_all()
                raise Undo
        except Undo:
            return True
        except AccessError:
            return False
        finally:
            self.env.invalidate_all()

    # === DEEDS ===

    def _do_read_lines(self, user):
        self.draft.openimis_line_ids.with_user(user).read(["code"])

    def _do_read_claim(self, user):
        self.env["openimis.claim"].with_user(user).search([], limit=1).read(["code"])

    def _do_read_entry(self, user):
        self.posted.with_user(user).read(["name"])

    def _do_match(self, user):
        self.posted.with_user(user).openimis_bill_match_items()

    def _do_create(self, user):
        self.env["account.move"].with_user(user).openimis_bill_create(
            {"partner_id": self.facility_a.id, "company_id": self.company.id}
        )

    def _do_create_orm(self, user):
        self.env["account.move"].with_user(user).create(
            {
                "move_type": "in_invoice",
                "openimis_type": "other",
                "partner_id": self.facility_a.id,
            }
        )

    def _do_line_create(self, user):
        self.draft.with_user(user).openimis_bill_item_create([{"code": "L"}])

    def _do_line_create_orm(self, user):
        self.env["openimis.payable.line"].with_user(user).create(
            {"code": "L", "move_id": self.draft.id}
        )

    def _do_update(self, user):
        self.draft.with_user(user).openimis_bill_update({"ref": "X"})

    def _do_update_orm(self, user):
        self.draft.with_user(user).write({"invoice_date_due": "2026-12-31"})

    def _do_update_item(self, user):
        self.draft.invoice_line_ids.with_user(user).write({"name": "X"})

    def _do_line_update(self, user):
        bill = self.draft.with_user(user)
        line = self.draft.openimis_line_ids.id
        bill.openimis_bill_item_update(line, {"description": "X"})

    def _do_line_update_orm(self, user):
        self.draft.openimis_line_ids.with_user(user).write({"description": "X"})

    def _do_validate(self, user):
        self.draft.with_user(user).action_post()

    def _do_suspend(self, user):
        self.draft.with_user(user).openimis_bill_suspend()

    def _do_reset(self, user):
        self.posted.with_user(user).button_draft()

    def _do_delete(self, user):
        self.draft.with_user(user).openimis_bill_delete()

    def _do_unlink(self, user):
        self.draft.with_user(user).unlink()

    def _do_cancel(self, user):
        self.draft.with_user(user).button_cancel()

    def _do_credit_note(self, user):
        self.env["account.move.reversal"].with_user(user).with_context(
            active_model="account.move", active_ids=self.posted.ids
        ).create({"journal_id": self.posted.journal_id.id}).refund_moves()

    def _do_line_delete(self, user):
        bill = self.draft.with_user(user)
        bill.openimis_bill_item_delete(self.draft.openimis_line_ids.ids)

    def _do_amend(self, user):
        self.draft.with_user(user).openimis_bill_amend()

    def _do_pay(self, user):
        self.posted.with_user(user).openimis_payment_sent()

    def _do_pay_wizard(self, user):
        self.env["account.payment.register"].with_user(user).with_context(
            active_model="account.move", active_ids=self.posted.ids
        ).create({})._create_payments()

    def _do_reconcile(self, user):
        (self.advance | self._owed(self.posted)).with_user(user).reconcile()

    def _do_read_payment(self, user):
        self.payment.with_user(user).read(["amount"])

    def _do_payment_write(self, user):
        self.payment.with_user(user).write({"openimis_label": "X"})

    def _do_reject(self, user):
        self.payment.with_user(user).openimis_payment_rejected()

    def _do_payment_draft(self, user):
        self.payment.with_user(user).action_draft()

    def _do_payment_unlink(self, user):
        self.draft_payment.with_user(user).unlink()

    def _do_refund(self, user):
        self.payment.with_user(user).openimis_payment_refunded()

    def _do_event_read(self, user):
        self.message.with_user(user).read(["message"])

    def _do_event_add(self, user):
        self.env["openimis.bill.event"].with_user(user).create(
            {"move_id": self.draft.id, "message": "X"}
        )

    def _do_event_delete(self, user):
        self.message.with_user(user).unlink()

    def _do_closing_read(self, user):
        self.planned.with_user(user).read(["state"])

    def _do_closing_preview(self, user):
        self.planned.with_user(user).action_preview()

    def _do_closing_generate(self, user):
        self.planned.with_user(user).action_generate()


def _has(user, code):
    return user.has_group(STOCK.get(code, RIGHT + code))
