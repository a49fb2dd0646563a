"""What earlier versions misread of openIMIS, and is to be read again."""

#: kinds read with more, or more truly, than what was noted of them
READ_ANEW = ("claim", "facility", "product", "policy", "premium", "location", "bill")


def migrate(cr, version):
    """Correct what can be, and have everything asked for at the next pull.

    :param cr: cursor
    :param str version: version before; empty on a fresh installation
    """
    if not version:
        return
    _clear_days_of_pulls(cr)
    _ask_again(cr)
    _name_payments(cr)


def _clear_days_of_pulls(cr):
    """FHIR gives the day of the question as the day of processing.

    Claims read by it fall back to the end of the treatment. Those billed keep the day
    their closing went by.
    """
    cr.execute(
        """
        UPDATE openimis_claim claim
           SET date_processed = NULL,
               billing_date = COALESCE(
                   claim.date_to, claim.date_from, claim.date_claimed)
          FROM openimis_remote_record row
          JOIN openimis_connection connection ON connection.id = row.connection_id
         WHERE row.kind = 'claim' AND row.res_id = claim.id
           AND connection.transport = 'fhir'
           AND claim.billing_move_id IS NULL
           AND claim.date_processed IS NOT NULL
        """
    )


def _ask_again(cr):
    """Nothing counts as unchanged, and nothing as known up to a moment."""
    cr.execute(
        "UPDATE openimis_remote_record SET fingerprint = '' WHERE kind IN %s",
        [READ_ANEW],
    )
    cr.execute("UPDATE openimis_connection_kind SET date_since = NULL")
    cr.execute("UPDATE openimis_connection SET date_full = NULL")


def _name_payments(cr):
    """Payments never sent get a reference that no other database has.

    Those that were sent keep theirs: by it their notices are found. A notice that is
    there was taken for a bill that is paid, which FHIR does not tell.
    """
    cr.execute(
        """
        UPDATE openimis_payment_report report
           SET reference = concat(
               'odoo-', replace(parameter.value, '-', ''), '-', report.id)
          FROM ir_config_parameter parameter
         WHERE parameter.key = 'database.uuid'
           AND report.state = 'queued' AND COALESCE(report.attempts, 0) = 0
           AND report.date_sent IS NULL
        """
    )
    cr.execute(
        """
        UPDATE openimis_remote_bill bill
           SET status = '1', date_payed = NULL
          FROM openimis_payment_report report
          JOIN openimis_connection connection ON connection.id = report.connection_id
         WHERE report.remote_bill_id = bill.id AND report.state = 'confirmed'
           AND connection.transport = 'fhir' AND bill.status = '2'
        """
    )
    cr.execute(
        """
        UPDATE openimis_payment_report report
           SET state = 'told', date_next = NULL
          FROM openimis_connection connection
         WHERE connection.id = report.connection_id
           AND connection.transport = 'fhir' AND report.state = 'confirmed'
        """
    )
