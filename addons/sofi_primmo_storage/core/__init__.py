"""Places on other machines, without Odoo: files are brought there and read again."""
