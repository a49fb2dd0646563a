"""Plain Python of the SOFI/Primmo connector: no Odoo, no database.

Rules are quoted as sections of the specification and marked as it marks them:
[S0] and [S1] come from the documentation of SOFI, [C] is a settled choice.
"""
