"""Two long jobs at once in two lanes, as the person sees it who started both: one is
cancelled, one fails and is resumed; the history says so, in English and French."""

import pytest

from tests.simulators.openimis import OpenimisServer, Store
from tests.simulators.openimis.server import LOGIN

ADDONS = ["openimis_fhir"]
PRODUCT = "BCUL0001"
CLAIMS = 700  # so many are pulled in the background
MINUTES = 5 * 60 * 1000  # of patience with a busy machine, in ms


@pytest.fixture(scope="module")
def imis():
    """A simulated openIMIS with many claims."""
    store = Store()
    store.add_location(1)
    facility = store.add_facility(1)
    store.add_product(1, PRODUCT)
    patient = store.add_patient(1)
    policy = store.add_policy(1, PRODUCT)
    for number in range(CLAIMS):
        store.add_claim(number, facility, policy, patient)
    with OpenimisServer(store) as server:
        yield server


@pytest.fixture
def connections(client, imis):
    """Ids of two connections, each of a company of its own."""
    client.login()
    [user] = client.call("res.users", "search", [[("login", "=", "admin")]])
    currency = client.call("res.currency", "search", [[("name", "=", "USD")]])[0]
    companies = [
        client.call("res.company", "create", [[{"name": n, "currency_id": currency}]])[
            0
        ]
        for n in ("Scheme North", "Scheme South")
    ]
    links = [(4, company, 0) for company in companies]
    client.call("res.users", "write", [[user], {"company_ids": links}])
    [mine] = client.call("res.users", "read", [[user], ["company_ids"]])
    assert set(companies) <= set(mine["company_ids"])
    cookie = "-".join(map(str, companies))
    client.page.context.add_cookies(
        [{"name": "cids", "value": cookie, "url": client.url}]
    )
    values = {
        "url": imis.url,
        "internal": True,
        "login": LOGIN[0],
        "password": LOGIN[1],
        "currency_id": currency,
        "rate": 10**6,
        "page_size": 5,
        "transport": "fhir",
    }
    return [
        client.call(
            "openimis.connection",
            "create",
            [[{**values, "name": name, "company_id": company}]],
        )[0]
        for name, company in zip(("North", "South"), companies, strict=True)
    ]


def pull(client, connection):
    """Start a pull; return the address of its form, which shows that it runs."""
    client.open_action("openimis_fhir.openimis_connection_action", record=connection)
    client.button("Pull Now")
    client.page.locator(".o_exchange_progress").wait_for()
    return client.page.url.removeprefix(client.url)


def wait_for_state(client, label):
    """Wait until the status bar of a form says that a job has come to a state."""
    button = client.field("state").get_by_role("radio", checked=True)
    button.filter(has_text=label).wait_for(timeout=MINUTES)
    client.wait()


def test_two_jobs_at_once_one_cancelled_one_resumed(client, imis, connections):
    north, south = (pull(client, connection) for connection in connections)
    client.open_action("exchange_run.exchange_job_action")
    client.screenshot("jobs-two-at-once")
    running = client.page.locator(".o_data_row").filter(has_text="Running")
    assert running.count() == 2

    client.open(north)
    client.button("Cancel")
    wait_for_state(client, "Cancelled")
    client.screenshot("jobs-cancelled")

    client.open(south)
    assert "Running" in client.text(".o_form_view")
    imis.faults.limit, imis.faults.rate = 10**6, 1.0
    wait_for_state(client, "Partial")
    client.screenshot("jobs-partial")
    imis.faults.rate = 0
    client.button("Resume")
    wait_for_state(client, "Done")
    client.screenshot("jobs-resumed")

    look_at_history(client, connections[1])


def look_at_history(client, connection):
    """Preview a job, think better of it, do it: both are in the history."""
    [company] = client.call(
        "openimis.connection", "read", [[connection], ["company_id"]]
    )
    values = {"connection_id": connection, "company_id": company["company_id"][0]}
    [run] = client.call("openimis.pull", "create", [[values]])
    client.open_action("openimis_fhir.openimis_pull_action", record=run)
    client.button("Preview")
    wait_for_state(client, "Planned")
    client.button("Change Choices")
    wait_for_state(client, "Draft")
    client.button("Run")
    wait_for_state(client, "Done")
    [user] = client.call("res.users", "search", [[("login", "=", "admin")]])
    for lang, jobs in (("en_US", "Jobs"), ("fr_FR", "Travaux")):
        client.call("res.users", "write", [[user], {"lang": lang}])
        client.open_action("openimis_fhir.openimis_pull_action", record=run)
        client.page.locator(".oe_stat_button").filter(has_text=jobs).first.click()
        client.wait()
        client.screenshot(f"jobs-history-{lang}")
        assert client.page.locator(".o_data_row").count() == 2
        client.open_action("exchange_run.exchange_job_action")
        client.screenshot(f"jobs-all-{lang}")
