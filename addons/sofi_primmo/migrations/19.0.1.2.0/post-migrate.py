"""Simulated files no longer look like real ones."""


def migrate(cr, version):
    """Give simulated files an extension that Primmo does not take."""
    cr.execute(
        r"""
        UPDATE sofi_residence SET dry_run_extension = '.dryrun.txt'
         WHERE dry_run_extension ~* '\.(csv|tmp|err)$'
        """
    )
