"""Rules of openIMIS' payables in plain Python; importable without Odoo."""
