"""One SOFI site is one residence now; uploaded lists of people are locked away."""

from odoo.addons.sofi_primmo.core.transport import site


def migrate(cr, version):
    """Forget the rule that knew an address only by its letters; keep the lists."""
    cr.execute("DROP INDEX IF EXISTS sofi_residence_url_uniq")
    # Known before the new rule is made: where it is broken by now, the rule waits and
    # people are told, see post-migrate; made first, it would stop the update.
    cr.execute("ALTER TABLE sofi_residence ADD COLUMN IF NOT EXISTS site varchar")
    cr.execute("SELECT id, url FROM sofi_residence")
    for residence_id, url in cr.fetchall():
        cr.execute(
            "UPDATE sofi_residence SET site = %s WHERE id = %s",
            [site(url), residence_id],
        )
    # Nobody reads a list any more: its field has another name, and no readers.
    cr.execute(
        """
        UPDATE ir_attachment SET res_field = 'list_file'
         WHERE res_model = 'primmo.import' AND res_field = 'file'
        """
    )
