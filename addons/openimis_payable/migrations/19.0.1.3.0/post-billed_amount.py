"""The first bills of a closing were said to bill nothing of their sources."""


def migrate(cr, version):
    """Give what bills a source the amount of its payable lines."""
    cr.execute(
        """
        UPDATE account_billing_link link
           SET amount = worth.net
          FROM (
                SELECT move_id, source_model, source_id, sum(amount_net) AS net
                  FROM openimis_payable_line
                 WHERE source_id IS NOT NULL
                 GROUP BY move_id, source_model, source_id
               ) worth
         WHERE link.move_id = worth.move_id
           AND link.res_model = worth.source_model
           AND link.res_id = worth.source_id
           AND link.converter LIKE 'openimis.converter.%'
           AND coalesce(link.amount, 0) = 0
        """
    )
