"""The toolbox: what the cores of all addons share, in plain Python without Odoo."""
