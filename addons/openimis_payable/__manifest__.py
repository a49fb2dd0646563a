{
    "name": "openIMIS Payables",
    "summary": "Close openIMIS' accounts payable into vendor bills, and follow them",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "LGPL-3",
    "depends": ["account_billing_run"],
    "data": [
        "security/openimis_payable_groups.xml",
        "security/ir.model.access.csv",
        "security/openimis_payable_rules.xml",
        "data/openimis_payable_type.xml",
        "data/ir_sequence.xml",
        "data/ir_cron.xml",
    ],
    "application": True,
    "installable": True,
}
