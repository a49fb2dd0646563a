"""A job at work in the background, as the person sees it who waits for it."""

import hashlib
from contextlib import closing

import psycopg2
import pytest

from devtools import postgres

ADDONS = ["sofi_primmo"]  # one that has something to bill
MODEL = "account.billing.run"
COMPANY = 1


@pytest.fixture
def job(client, odoo):
    """A running job on which a worker works, who is this test: (client, id, sql)."""
    client.login()
    field = client.call(MODEL, "fields_get", [["converter"]])["converter"]
    values = {"company_id": COMPANY, "converter": field["selection"][0][0]}
    [run_id] = client.call(MODEL, "create", [[values]])
    options = postgres.connection_options()
    with closing(psycopg2.connect(dbname=odoo.database, **options)) as worker:
        worker.autocommit = True
        with worker.cursor() as cursor:
            # The worker's lock keeps the server's own cron away.
            digest = hashlib.sha256(f"{MODEL}/{COMPANY}".encode()).digest()
            key = int.from_bytes(digest[:8], "big", signed=True)
            cursor.execute("SELECT pg_advisory_lock(%s)", [key])
            set_state(cursor, run_id, "running")
            cursor.execute(
                "INSERT INTO exchange_progress (run_model, run_id, done, total)"
                " VALUES (%s, %s, 2, 8)",
                [MODEL, run_id],
            )
            client.open_action(
                "account_billing_run.account_billing_run_action", record=run_id
            )
            yield client, run_id, cursor


def set_state(cursor, run_id, state):
    query = "UPDATE account_billing_run SET state = %s WHERE id = %s"
    cursor.execute(query, [state, run_id])


def test_the_form_follows_the_job_to_its_end(job):
    client, run_id, cursor = job
    progress = client.page.locator(".o_exchange_progress")
    assert "25 %" in progress.inner_text()
    assert "2 / 8" in progress.inner_text()
    cursor.execute(
        "UPDATE exchange_progress SET done = 6, text = 'Nearly there'"
        " WHERE run_model = %s AND run_id = %s",
        [MODEL, run_id],
    )
    progress.get_by_text("75 %").wait_for()
    assert "6 / 8 · Nearly there" in progress.inner_text()
    client.screenshot("run-progress")
    set_state(cursor, run_id, "done")
    progress.wait_for(state="detached")
    status = client.field("state").get_by_role("radio", checked=True)
    assert status.inner_text() == "Done"


def test_cancel_reaches_the_worker(job):
    client, run_id, cursor = job
    client.button("Cancel")
    client.page.get_by_text("Stopping as soon as it is safe").wait_for()
    cursor.execute(
        "SELECT cancel_requested FROM exchange_progress"
        " WHERE run_model = %s AND run_id = %s",
        [MODEL, run_id],
    )
    assert cursor.fetchone() == (True,)
    [job_now] = client.call(MODEL, "read", [[run_id], ["state"]])
    assert job_now["state"] == "running"
