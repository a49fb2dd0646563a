"""When a bill was validated stood among its events only."""


def migrate(cr, version):
    """Give validated bills the day of the last change of their status.

    Of a bill that stands, that is its validation: what comes later, such as payments
    and messages, is an event of another type.
    """
    cr.execute(
        """
        UPDATE account_move move
           SET openimis_date_validated = event.day
          FROM (
                SELECT move_id, max(create_date)::date AS day
                  FROM openimis_bill_event
                 WHERE event_type = '1' AND is_automatic
                 GROUP BY move_id
               ) event
         WHERE event.move_id = move.id
           AND move.state = 'posted'
           AND move.openimis_date_validated IS NULL
        """
    )
