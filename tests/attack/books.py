# ruff: noqa: F821
"""Everything that attackers have no right to change, as one digest per table.

Run in Odoo's shell; prints one line of JSON after ``SEEN``.
"""

import json

#: table: columns that tell what it says; of a draft nothing is promised
TABLES = {
    "account_move": (
        "id, name, state, move_type, partner_id, amount_total, amount_residual,"
        " payment_state, inalterable_hash, openimis_type, openimis_uuid,"
        " openimis_suspended, openimis_deleted, openimis_fhir_version, company_id"
    ),
    "account_move_line": (
        "id, move_id, account_id, partner_id, name, debit, credit, amount_residual,"
        " reconciled"
    ),
    "account_payment": "id, state, amount, partner_id, openimis_is_payment, move_id",
    "account_partial_reconcile": "id, debit_move_id, credit_move_id, amount",
    "account_billing_link": "id, res_model, res_id, move_id, state, amount",
    "openimis_claim": "id, code, status, billing_state, billing_move_id, insuree_id",
    "openimis_claim_line": "id, claim_id, qty_provided",
    "openimis_payable_line": (
        "id, move_id, code, quantity, unit_price, amount_net, amount_total,"
        " source_model, source_id, claim_id"
    ),
    "openimis_bill_event": "id, move_id, event_type, message, is_automatic",
    "openimis_insuree": "id, chf_id, last_name",
    "openimis_connection": "id, url, login, password, token, user_id",
    "openimis_payment_report": "id, state, amount, reference",
    "openimis_remote_bill": "id, uuid, code, amount_total, move_id",
    "openimis_payment_notice": "id, move_id, amount, payment_id",
    "openimis_ledger_entry": "id, key, move_id",
    "daycare_billing_line": "id, child_id, amount, billing_state, billing_move_id",
    "daycare_child": "id, first_name, last_name, company_id",
    "daycare_income": "id, guardian_id, amount, company_id",
    "daycare_income_proposal": "id, guardian_id, state, amount, income_id",
    "daycare_child_guardian": "id, child_id, guardian_id, portal_access",
    "daycare_request": "id, lastname, state, offer_until, child_id, company_id",
    "daycare_absence_reason": "id, credit_percent, free_days, company_id",
    "sofi_charge": "id, billing_state, company_id",
    "sofi_residence": "id, url, api_key, api_secret, company_id",
    "primmo_tenant": "id, last_name, nam, company_id",
    "exchange_access": "min(id)",
    "res_groups_users_rel": "gid, uid",
    "ir_model_access": "id, perm_read, perm_write, perm_create, perm_unlink, group_id",
    "ir_rule": "id, domain_force, active",
    "ir_cron": "id, active, user_id",
    "res_users": "id, login, active, company_id",
}


def digest(table, columns):
    """Return the number of rows of a table and the digest of what they say."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    known = {row[0] for row in env.cr.fetchall()}
    wanted = [name.strip() for name in columns.split(",")]
    chosen = [name for name in wanted if name in known]
    if not chosen:
        return [0, ""]
    env.cr.execute(
        f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text))"
        f" FROM (SELECT {', '.join(chosen)} FROM {table}) t"
    )
    return list(env.cr.fetchone())


print("SEEN " + json.dumps({t: digest(t, c) for t, c in TABLES.items()}))
env.cr.rollback()
