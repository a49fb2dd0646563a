{
    "name": "Exchange Run",
    "summary": "Jobs you can preview, run, watch, resume and audit",
    "version": "19.0.1.0.0",
    "category": "Productivity",
    "author": "Payables Suite Contributors",
    "license": "LGPL-3",
    "depends": ["mail"],
    "data": [
        "security/exchange_run_groups.xml",
        "security/ir.model.access.csv",
        "security/exchange_run_rules.xml",
        "data/ir_sequence.xml",
        "data/ir_cron.xml",
        "views/exchange_message_views.xml",
        "views/exchange_run_mixin_views.xml",
        "views/exchange_run_overview_views.xml",
        "views/menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["exchange_run/static/src/**/*"],
    },
    "application": True,
}
