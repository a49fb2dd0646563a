"""Report SOFI sites that two residences share; go on with open files as before."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Bring a database of an earlier version up to date."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    residences = env["sofi.residence"].search([])
    residences._report_twins()
    residences._propose_invoice_from()
    # SOFI's code for not archiving a charge stood where it is told in words now.
    cr.execute("UPDATE sofi_charge SET refusal = detail WHERE state = 'archive_failed'")
    # What was sent of open files is not known: all of it may have been.
    cr.execute(
        """
        UPDATE sofi_export_file file
           SET batch_sent = sent.last
          FROM (
                SELECT file_id, max(archive_batch) AS last
                  FROM sofi_charge
                 WHERE state IN ('written', 'archived', 'archive_failed')
                 GROUP BY file_id
               ) sent
         WHERE sent.file_id = file.id
           AND file.state IN ('written', 'publishing')
        """
    )
