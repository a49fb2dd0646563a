{
    "name": "Daycare Billing and the Bank",
    "summary": "Parents' QR payments from the bank's file, in the daycare's menu",
    "version": "19.0.1.0.0",
    "category": "Services/Daycare",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["account_billing_bank", "daycare_billing"],
    "images": ["static/description/icon.png"],
    "data": ["views/menus.xml"],
    "auto_install": True,
}
