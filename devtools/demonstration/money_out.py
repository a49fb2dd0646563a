"""What the health scheme pays by, once OCA's addons are beside ours (`--oca`).

Accounts of the health facilities, payment methods with their files, an officer, and who
approves what.
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


def build(env, today):
    """Equip the health scheme, once.

    :param date today: not needed, for its year lies behind it
    :return: [(what a person does, login)]
    """
    house = env["res.company"].search([("name", "=", "National Health Scheme")])
    if not house or env["res.users"].search([("login", "=", "scheme_officer")]):
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
    env = env(context={"allowed_company_ids": house.ids, "tracking_disable": True})
    _accounts(env, house)
    _methods(env, house)
    _approvals(env, house)
    return [("Health scheme officer: approves and sends", "scheme_officer")]


def _accounts(env, house):
    """Give the scheme and its facilities accounts, and a mobile number to each."""
    bank = env["res.bank"].create({"name": "National Bank", "bic": "NMIBTZTZ"})
    journal = env["account.journal"].search(
        [("company_id", "=", house.id), ("type", "=", "bank")], limit=1
    )
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
    journal = env["account.journal"].search(
        [("company_id", "=", house.id), ("type", "=", "bank")], limit=1
    )
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


def _approvals(env, house):
    """Let the officer approve what the clerk and the accountant prepared."""
    Definition = env.get("tier.definition")
    if Definition is None:
        return
    for model, name, domain in APPROVALS:
        if model not in Definition._get_tier_validation_model_names():
            continue
        Definition.create(
            {
                "name": name,
                "model_id": env["ir.model"]._get_id(model),
                "company_id": house.id,
                "review_type": "group",
                "reviewer_group_id": env.ref(
                    "openimis_payable.group_openimis_manager"
                ).id,
                "definition_domain": domain,
                "exclude_requester": True,
                "notify_on_pending": True,
            }
        )
