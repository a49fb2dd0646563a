-- A copy of the database must never archive charges in the real SOFI.
UPDATE sofi_residence SET api_access_key = NULL, api_secret = NULL;
UPDATE ir_cron SET active = FALSE
 WHERE id IN (
    SELECT res_id FROM ir_model_data
     WHERE module = 'sofi_primmo'
       AND name IN ('ir_cron_sofi_export', 'ir_cron_sofi_retry')
 );
