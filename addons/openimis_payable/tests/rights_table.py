"""Who may do what: one table for the tests and for docs/reference/rights.md.

Plain Python without Odoo, so that the page can be made of it anywhere.
"""

#: every right of openIMIS, as the groups name it
RIGHTS = {
    "111101": "Batch Run Process",
    "111102": "Batch Run Search",
    "111103": "Account Preview",
    "156101": "Bill Search",
    "156102": "Bill Create",
    "156103": "Bill Update",
    "156104": "Bill Delete",
    "156109": "Bill Amend",
    "156201": "Bill Payment Search",
    "156202": "Bill Payment Create",
    "156203": "Bill Payment Update",
    "156204": "Bill Payment Delete",
    "156206": "Bill Payment Refund",
    "156301": "Bill Event Search",
    "156306": "Bill Event Add Message",
    "156307": "Bill Event Delete My Messages",
    "156308": "Bill Event Delete All Messages",
}
#: groups beside the rights: title, external id
GROUPS = {
    "clerk": ("Insurance Clerk", "openimis_payable.group_openimis_clerk"),
    "accountant": ("Accountant", "openimis_payable.group_openimis_accountant"),
    "manager": ("Manager", "openimis_payable.group_openimis_manager"),
    "records": ("Records Maintenance", "openimis_payable.group_openimis_records"),
    "billing": ("Odoo: Invoicing", "account.group_account_invoice"),
    "auditor": ("Odoo: Read Accounting", "account.group_account_readonly"),
    "adviser": ("Odoo: Accounting Manager", "account.group_account_manager"),
    "employee": ("Odoo: User", "base.group_user"),
}
#: Odoo's own groups, one of which an operation may ask for instead of a right
STOCK = {
    "billing": "account.group_account_invoice",
    "read": "account.group_account_readonly",
}

#: key of the deed, operation, door, what is needed: all of these, each an openIMIS
#: right or one of STOCK; alternatives are joined by "/"
OPERATIONS = (
    ("read_lines", "Read payable lines", "RPC", ("156101",)),
    ("read_claim", "Read claims", "RPC", ("156101/111102",)),
    ("read_entry", "Read the entry of a bill", "ledger", ("billing/read",)),
    ("match", "Match the lines of a bill", "service", ("156101",)),
    ("create", "Create a bill", "service", ("156102",)),
    ("create_orm", "Create a bill", "RPC", ("156102",)),
    ("line_create", "Add a line", "service", ("156102",)),
    ("line_create_orm", "Add a line", "RPC", ("156102",)),
    ("update", "Change a bill", "service", ("156103",)),
    ("update_orm", "Change a bill", "RPC", ("156103",)),
    ("update_item", "Change a bill", "journal items", ("156103",)),
    ("line_update", "Change a line", "service", ("156103",)),
    ("line_update_orm", "Change a line", "RPC", ("156103",)),
    ("validate", "Validate a bill", "Odoo's button", ("156103",)),
    ("suspend", "Suspend a bill", "service", ("156103",)),
    ("reset", "Reset a bill to draft", "Odoo's button", ("156103",)),
    ("delete", "Delete a bill", "service", ("156104",)),
    ("unlink", "Delete a bill", "RPC", ("156104",)),
    ("cancel", "Cancel a bill", "Odoo's button", ("156104",)),
    ("credit_note", "Make a credit note", "Odoo's wizard", ("156104",)),
    ("line_delete", "Delete a line", "service", ("156104",)),
    ("amend", "Amend a bill", "service", ("156109",)),
    ("pay", "Register a payment", "service", ("156202",)),
    ("pay_wizard", "Register a payment", "Odoo's wizard", ("156202",)),
    ("reconcile", "Settle with a payment made before", "journal items", ("156202",)),
    ("read_payment", "Read the entry of a payment", "ledger", ("billing/read",)),
    ("payment_write", "Change a payment", "RPC", ("156203",)),
    ("reject", "Reject a payment", "service", ("156203",)),
    ("payment_draft", "Reset a payment to draft", "Odoo's button", ("156203",)),
    ("payment_unlink", "Delete a payment", "RPC", ("156204",)),
    ("refund", "Refund a payment", "service", ("156206",)),
    ("event_read", "Read events", "RPC", ("156301",)),
    ("event_add", "Add a message", "RPC", ("156306",)),
    ("event_delete", "Delete somebody's message", "RPC", ("156308",)),
    ("closing_read", "See closings", "RPC", ("111102",)),
    ("closing_preview", "Preview a closing", "service", ("111103/111101",)),
    ("closing_generate", "Generate bills", "service", ("111101", "156102")),
)


def is_allowed(needed, has):
    """Tell whether what somebody has is enough.

    :param tuple needed: as in OPERATIONS
    :param has: function that tells whether somebody has one right or stock group
    """
    return all(any(has(code) for code in one.split("/")) for one in needed)
