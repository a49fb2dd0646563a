"""One SOFI site is one residence now, whatever company it belongs to."""


def migrate(cr, version):
    """Forget the rule that knew an address only by its letters."""
    cr.execute("DROP INDEX IF EXISTS sofi_residence_url_uniq")
