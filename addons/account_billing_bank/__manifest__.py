{
    "name": "Billing Runs and the Bank",
    "summary": "Bank files pay documents by their reference; what is left is listed",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": [
        "account_billing_run",
        "account_reconcile_oca",
        "account_statement_import_camt54",
    ],
    "images": ["static/description/icon.png"],
    "data": ["views/account_bank_statement_line_views.xml"],
    "auto_install": True,
}
