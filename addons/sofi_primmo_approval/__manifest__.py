{
    "name": "SOFI / Primmo, Approved",
    "summary": "Exports for real wait for an approval by somebody else",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "depends": ["exchange_run_approval", "sofi_primmo"],
    "images": ["static/description/icon.png"],
    "demo": ["demo/tier_definition.xml"],
    "auto_install": True,
}
