{
    "name": "openIMIS Statements of Account",
    "summary": "Statements of health facilities: what is owed to them, in one's areas",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["account_billing_statement", "openimis_payable"],
    "images": ["static/description/icon.png"],
    "auto_install": True,
}
