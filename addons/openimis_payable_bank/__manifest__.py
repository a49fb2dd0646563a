{
    "name": "openIMIS Payables and the Bank",
    "summary": "The bank's statement confirms, returns and pays bills of openIMIS",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["account_billing_bank", "openimis_payable"],
    "images": ["static/description/icon.png"],
    "data": ["views/menus.xml"],
    "auto_install": True,
}
