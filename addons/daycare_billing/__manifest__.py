{
    "name": "Daycare Billing",
    "summary": "Tariffs and monthly invoices of a daycare centre, with QR-bill",
    "version": "19.0.1.0.0",
    "category": "Services/Daycare",
    "license": "LGPL-3",
    "author": "Payables Suite Contributors",
    "depends": ["daycare", "account_billing_run", "l10n_ch"],
    "data": [
        "security/daycare_billing_groups.xml",
        "security/ir.model.access.csv",
        "security/daycare_billing_rules.xml",
        "data/daycare_billing_data.xml",
    ],
    "auto_install": ["daycare", "account_billing_run"],
    "post_init_hook": "_prepare_companies",
    "installable": True,
}
