{
    "name": "Exchange Run",
    "summary": "Jobs you can preview, run, watch, resume and audit",
    "version": "19.0.1.5.0",
    "category": "Productivity",
    "author": "Payables Suite Contributors",
    "license": "LGPL-3",
    "development_status": "Beta",
    "external_dependencies": {
        "python": ["lxml", "openpyxl", "requests", "urllib3", "xlrd", "xlsxwriter"]
    },
    "depends": ["base_setup", "mail"],
    "images": ["static/description/screenshot.png"],
    "data": [
        "security/exchange_run_groups.xml",
        "security/ir.model.access.csv",
        "security/exchange_run_rules.xml",
        "data/ir_sequence.xml",
        "data/ir_cron.xml",
        "views/exchange_message_views.xml",
        "views/exchange_run_mixin_views.xml",
        "views/exchange_job_views.xml",
        "views/exchange_access_views.xml",
        "views/exchange_card_views.xml",
        "report/exchange_rights_report.xml",
        "views/menus.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["exchange_run/static/src/**/*"],
    },
    "application": True,
    "uninstall_hook": "let_go",
}
