{
    "name": "Statements of Account",
    "summary": "What is open with a third party: printed and mailed in its language",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["account_billing_run", "partner_statement"],
    "images": ["static/description/icon.png"],
    "data": [
        "data/mail_template.xml",
        "views/res_partner_views.xml",
        "views/statement_templates.xml",
    ],
    "auto_install": True,
}
