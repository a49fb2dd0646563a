{
    "name": "Daycare Statements of Account",
    "summary": "Statements of debtors from their files in the daycare",
    "version": "19.0.1.0.0",
    "category": "Services/Daycare",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["account_billing_statement", "daycare_billing"],
    "images": ["static/description/icon.png"],
    "data": ["views/daycare_guardian_views.xml"],
    "auto_install": True,
}
