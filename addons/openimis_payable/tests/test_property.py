import random

from odoo.tests import tagged

from .common import OpenimisCase
from .history import FIRST_HISTORY, HISTORIES, History


class PropertyCase(OpenimisCase):
    """Tells random histories, each in a savepoint of its own."""

    history = History

    def tell(self, count=HISTORIES):
        """Let histories happen, and name the deeds of one that went wrong.

        :param int count: how many
        """
        for seed in range(FIRST_HISTORY, FIRST_HISTORY + count):
            savepoint = self.env.cr.savepoint()
            history = self.history(self, random.Random(seed), f"P{seed}")
            try:
                history.live()
                history.check_chain()
            except Exception as error:
                text = f"history {seed}: {', '.join(history.told)}"
                raise AssertionError(text) from error
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()
                self.registry.clear_cache()


@tagged("post_install", "-at_install")
class TestProperty(PropertyCase):
    """Whatever the order of deeds: each claim is on one live document, for what it was
    worth when it was billed; bills, payments and books say the same."""

    def test_books_bills_and_claims_agree_whatever_happens(self):
        self.tell()
