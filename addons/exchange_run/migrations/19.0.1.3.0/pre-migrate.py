"""The list of all jobs shows jobs; bookmarks and favourites of it stay."""

RENAMED = {
    "exchange_run_overview_action": "exchange_job_action",
    "menu_exchange_overview": "menu_exchange_job",
}


def migrate(cr, version):
    """Keep the list and its menu; let go of the rules of what it showed so far."""
    for old, new in RENAMED.items():
        cr.execute(
            "UPDATE ir_model_data SET name = %s "
            "WHERE module = 'exchange_run' AND name = %s",
            [new, old],
        )
    cr.execute(
        """
        WITH rules AS (
            DELETE FROM ir_model_data
             WHERE model = 'ir.rule'
               AND (module, name) IN (
                   ('exchange_run', 'rule_exchange_run_overview_company'),
                   ('openimis_payable', 'area_exchange_run_overview')
               )
            RETURNING res_id
        )
        DELETE FROM ir_rule WHERE id IN (SELECT res_id FROM rules)
        """
    )
