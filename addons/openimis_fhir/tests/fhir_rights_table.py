"""Which right of openIMIS opens which door of the FHIR server: for tests and docs.

Plain Python without Odoo, so that the page can be made of it anywhere.
"""

#: resource, interactions, rights one of which is needed
DOORS = (
    ("Invoice", ("search", "read", "vread", "history", "history of one"), ("156101",)),
    ("ChargeItem", ("search", "read"), ("156101",)),
    ("Organization", ("search", "read"), ("156101", "111102")),
    ("Claim", ("search", "read"), ("156101", "111102")),
    ("PaymentReconciliation", ("search", "read"), ("156101", "156201")),
    ("PaymentNotice", ("search", "read"), ("156201",)),
    ("PaymentNotice", ("create",), ("156202",)),
    ("PaymentNotice", ("take back",), ("156203",)),
)
#: what nobody may, whatever the right
CLOSED = (
    ("Invoice", "create"),
    ("Claim", "create"),
    ("Invoice", "update"),
    ("PaymentNotice", "update"),
    ("Invoice", "delete"),
    ("PaymentNotice", "delete"),
)
RIGHTS = (
    "111101",
    "111102",
    "111103",
    "156101",
    "156102",
    "156103",
    "156104",
    "156109",
    "156201",
    "156202",
    "156203",
    "156204",
    "156206",
    "156301",
    "156306",
    "156307",
    "156308",
)
