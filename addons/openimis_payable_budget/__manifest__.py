{
    "name": "openIMIS Payables and Budgets",
    "summary": "Budget by insurance product: billed, committed, left; previews warn",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["account_budget_oca", "openimis_payable"],
    "images": ["static/description/icon.png"],
    "data": [
        "security/crossovered_budget_lines_rules.xml",
        "security/openimis_payable_budget_rules.xml",
        "views/crossovered_budget_views.xml",
    ],
    "auto_install": True,
}
