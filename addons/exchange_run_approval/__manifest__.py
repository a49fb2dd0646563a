{
    "name": "Exchange Run, Approved",
    "summary": "Jobs and documents wait for approvals that only buttons give",
    "version": "19.0.1.0.0",
    "category": "Productivity",
    "author": "Payables Suite Contributors",
    "license": "AGPL-3",
    "development_status": "Beta",
    "external_dependencies": {"python": ["lxml"]},
    "depends": ["base_tier_validation", "exchange_run"],
    "images": ["static/description/icon.png"],
    "data": ["security/exchange_run_approval_rules.xml"],
    "auto_install": True,
}
