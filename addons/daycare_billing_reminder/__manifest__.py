{
    "name": "Daycare Reminders",
    "summary": "Reminders to debtors of the daycare, with QR-bill, to nobody else",
    "version": "19.0.1.0.0",
    "category": "Services/Daycare",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["account_credit_control", "daycare_billing"],
    "images": ["static/description/icon.png"],
    "data": [
        "data/credit_control_policy.xml",
        "views/credit_control_views.xml",
    ],
    "auto_install": True,
    "post_init_hook": "_prepare_companies",
}
