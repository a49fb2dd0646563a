"""Upgrades of a database with real jobs from what was published to what lies here."""
