from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Let each centre begin with the reasons of absence that a new one has."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.company"].search([])._daycare_prepare_absences()
