"""Why somebody may what his groups say nothing of: nothing else is let pass.

Plain Python, read beside `access.json`.
"""

CARDS = "titles of start pages; their figures are counted with the reader's rights"
NAMES = "seven names of kinds of payables, drawn wherever a bill is listed"
PRODUCTS = "Odoo's own: every employee reads products; billing only adds who keeps them"

#: (model, deed or method): why every employee may
EMPLOYEES = {
    ("exchange.card", "read"): CARDS,
    ("exchange.card", "export"): CARDS,
    ("openimis.payable.type", "read"): NAMES,
    ("openimis.payable.type", "export"): NAMES,
    ("product.product", "read"): PRODUCTS,
    ("product.product", "export"): PRODUCTS,
    ("product.template", "read"): PRODUCTS,
    ("product.template", "export"): PRODUCTS,
}
#: (model, method): why it is harmless for who may not read the records
BLIND = {
    (
        "daycare.occupancy",
        "get_week",
    ): "no record of its own: groups and children are read with the caller's rights",
}
#: report: why who prints it is not written down
PRINTS = {
    "daycare_billing.report_debtor_list": "children's names and what is owed",
    "exchange_run.report_rights": "employees and their rights",
    "exchange_run.report_rights_groups": "rights of groups",
    "openimis_payable.report_closing": "sums by facility and product, claim numbers",
    "sofi_primmo.report_trial": "the charges of a run, as its screen shows them",
}
