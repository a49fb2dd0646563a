{
    "name": "openIMIS Payables in Batches, Approved",
    "summary": "Payment batches wait for approvals by role and amount",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["openimis_payable_approval", "openimis_payable_batch"],
    "images": ["static/description/icon.png"],
    "data": ["views/account_payment_order_views.xml"],
    "demo": ["demo/tier_definition.xml"],
    "auto_install": True,
}
