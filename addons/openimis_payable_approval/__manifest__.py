{
    "name": "openIMIS Payables, Approved",
    "summary": "Bills and closings wait for approvals by role, area and amount",
    "version": "19.0.1.1.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": [
        "account_move_tier_validation",
        "exchange_run_approval",
        "openimis_payable",
    ],
    "images": ["static/description/icon.png"],
    "data": [
        "views/account_move_views.xml",
        "views/openimis_closing_views.xml",
    ],
    "demo": ["demo/tier_definition.xml"],
    "auto_install": True,
}
