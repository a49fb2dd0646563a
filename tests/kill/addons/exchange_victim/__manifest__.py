{
    "name": "Jobs that die",
    "summary": "For tests with real servers; never installed anywhere else",
    "version": "19.0.1.0.0",
    "author": "Payables Suite Contributors",
    "license": "LGPL-3",
    "depends": ["exchange_run"],
    "data": ["security/ir.model.access.csv"],
}
