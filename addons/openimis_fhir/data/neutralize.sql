-- a copy of the database must not talk to the real openIMIS nor to real subscribers
UPDATE openimis_connection
   SET login = NULL, password = NULL, token = NULL, write_back = FALSE,
       pull_interval = 0, url = 'https://neutralized.invalid', active = FALSE;
UPDATE openimis_fhir_subscription
   SET secret = NULL, url = 'https://neutralized.invalid', active = FALSE;
UPDATE openimis_fhir_delivery SET state = 'cancelled' WHERE state = 'waiting';
UPDATE openimis_payment_report SET state = 'cancelled' WHERE state IN ('queued', 'sent');
