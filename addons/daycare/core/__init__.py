"""Plain-Python rules of the daycare addon: no Odoo, no database."""
