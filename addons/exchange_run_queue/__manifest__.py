{
    "name": "Exchange Run on Job Queue",
    "summary": "Jobs on OCA's queue_job: channels, priorities, many machines",
    "version": "19.0.1.1.0",
    "category": "Productivity",
    "author": "Payables Suite Contributors",
    "license": "LGPL-3",
    "development_status": "Beta",
    "depends": ["exchange_run", "queue_job"],
    "images": ["static/description/icon.png"],
    "data": ["data/queue_job_function.xml"],
    "auto_install": True,
}
