from odoo.tests import new_test_user

from .test_edges import EdgeCase

LANG = "fr_CA"
MANAGER = "sofi_primmo.group_sofi_manager"


class FrenchCase(EdgeCase):
    """With somebody who reads the French of Québec, in a database that has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang(LANG)
        cls.env["ir.module.module"]._load_module_terms(
            ["exchange_run", "account_billing_run", "sofi_primmo"], [LANG]
        )
        cls.person = new_test_user(cls.env, "reader", groups=MANAGER, lang=LANG)
