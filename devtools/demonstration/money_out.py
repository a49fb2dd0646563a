"""What the houses pay and are paid by, once OCA's addons are beside ours (`--oca`).

The scheme has accounts of the health facilities, payment methods with their files, an
officer, and who approves what; the daycare a bookkeeper and its account in the bank's
journal; the residences a second manager, who approves exports for real.
"""

from odoo.fields import Command

from . import common

BATCH = "openimis_payable_batch"
#: what somebody else approves: model, name, domain
APPROVALS = (
    (
        "account.move",
        "Large bills of the scheme",
        "[('openimis_type', '!=', False), ('move_type', '=', 'in_invoice'), "
        "('amount_total', '>', 300000)]",
    ),
    ("openimis.closing", "Closings of the scheme", "[('amount', '>', 100000)]"),
    (
        "account.payment.order",
        "Payment batches of the scheme",
        "[('total_company_currency', '>', 100000)]",
    ),
)
SOFI_APPROVALS = (
    ("sofi.export", "Exports for real", "[]"),
    ("sofi.export.file", "Files issued again", "[]"),
)


def build(env, today):
    """Equip the houses, once.

    :param date today: not needed, for their year lies behind them
    :return: [(what a person does, login)]
    """
    people = []
    for name, equip in (
        ("National Health Scheme", _scheme),
        ("Crèches de la Riviera", _daycare),
        ("Résidences du Saint-Laurent", _residences),
    ):
        house = env["res.company"].search([("name", "=", name)])
        if house:
            own = {"allowed_company_ids": house.ids, "tracking_disable": True}
            people += equip(env(context=own), house)
    return people


def _scheme(env, house):
    if env["res.users"].search([("login", "=", "scheme_officer")]):
        return []
    common.person(
        env,
        "Olga Officer",
        "scheme_officer",
        house,
        (
            "openimis_payable.group_openimis_manager",
            "exchange_run.group_exchange_manager",
        ),
        "en_US",
        "openimis_payable.exchange_card_action",
    )
    # who pays reads the bank's statements, too
    accountant = env["res.users"].search([("login", "=", "scheme_accountant")])
    accountant.group_ids += env.ref("account.group_account_user")
    _accounts(env, house)
    _methods(env, house)
    _approvals(env, house, APPROVALS, "openimis_payable.group_openimis_manager")
    return [("Health scheme officer: approves and sends", "scheme_officer")]


def _daycare(env, house):
    if env["res.users"].search([("login", "=", "comptable")]):
        return []
    common.person(
        env,
        "Colette Comptable",
        "comptable",
        house,
        (
            "daycare.group_daycare_billing",
            "account.group_account_user",
            "account_credit_control.group_account_credit_control_user",
        ),
        "fr_FR",
        "daycare.exchange_card_action",
    )
    _bank(env, house).bank_account_id = house.partner_id.bank_ids[:1]
    return [("Daycare bookkeeper: bank, statements, reminders", "comptable")]


def _residences(env, house):
    if env["res.users"].search([("login", "=", "adjoint")]):
        return []
    common.person(
        env,
        "Alain Adjoint",
        "adjoint",
        house,
        ("sofi_primmo.group_sofi_manager",),
        "fr_FR",
        "sofi_primmo.exchange_card_action",
    )
    _approvals(env, house, SOFI_APPROVALS, "sofi_primmo.group_sofi_manager")
    return [("Residences, second manager: approves exports for real", "adjoint")]


def _bank(env, house):
    """Return the bank's journal of a house."""
    return env["account.journal"].search(
        [("company_id", "=", house.id), ("type", "=", "bank")], limit=1
    )


def _accounts(env, house):
    """Give the scheme and its facilities accounts, and a mobile number to each."""
    bank = env["res.bank"].create({"name": "National Bank", "bic": "NMIBTZTZ"})
    journal = _bank(env, house)
    Account = env["res.partner.bank"]
    journal.bank_account_id = Account.create(
        {
            "partner_id": house.partner_id.id,
            "acc_number": "0150240960100",
            "bank_id": bank.id,
            "allow_out_payment": True,
        }
    )
    paid = env["account.move"].search(
        [("company_id", "=", house.id), ("move_type", "=", "in_invoice")]
    )
    for number, partner in enumerate(paid.commercial_partner_id.sorted("id"), 1):
        for account in (f"01502409602{number:02d}", f"+2557540102{number:02d}"):
            Account.create(
                {
                    "partner_id": partner.id,
                    "acc_number": account,
                    "bank_id": False if account.startswith("+") else bank.id,
                    "allow_out_payment": True,
                }
            )


def _methods(env, house):
    """Let the bank's journal pay by pain.001, a bank's list and mobile money."""
    journal = _bank(env, house)
    outstanding = env["account.account"].create(
        {
            "name": "Outstanding Payments",
            "code": "101490",
            "account_type": "asset_current",
            "reconcile": True,
            "company_ids": [Command.set(house.ids)],
        }
    )
    sepa = env.ref("account_payment_sepa_credit_transfer.sepa_credit_transfer")
    by_layout = env.ref(f"{BATCH}.method_layout")
    for method, name, layout in (
        (sepa, "National Bank, pain.001", None),
        (by_layout, "National Bank, list", f"{BATCH}.layout_bank_csv"),
        (by_layout, "Mobile money", f"{BATCH}.layout_mobile_money"),
    ):
        env["account.payment.method.line"].create(
            {
                "name": name,
                "payment_method_id": method.id,
                "journal_id": journal.id,
                "payment_account_id": outstanding.id,
                "bank_account_link": "fixed",
                "selectable": True,
                "payment_order_ok": True,
                "openimis_layout_id": layout and env.ref(layout).id,
            }
        )


def _approvals(env, house, documents, group):
    """Let somebody else approve what others prepared.

    :param documents: tuples (model, name, domain)
    :param str group: external identifier of those who approve
    """
    Definition = env["tier.definition"]
    known = Definition._get_tier_validation_model_names()
    Definition.create(
        [
            {
                "name": name,
                "model_id": env["ir.model"]._get_id(model),
                "company_id": house.id,
                "review_type": "group",
                "reviewer_group_id": env.ref(group).id,
                "definition_domain": domain,
                "exclude_requester": True,
                "notify_on_pending": True,
            }
            for model, name, domain in documents
            if model in known
        ]
    )
