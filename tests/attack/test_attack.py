"""Eight users attack two workers at once: the books stay as they were.

20 seconds by default; `ATTACK_SECONDS=300` attacks longer, `ATTACK_SEED` otherwise.
Each of the eight has another right, none of which changes anything that is compared.
"""

import json
import os
import random
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests

from devtools import database, paths, server

from ..databases import cloned

SECONDS = int(os.environ.get("ATTACK_SECONDS", "20"))
SEED = int(os.environ.get("ATTACK_SEED", "20261129"))
HERE = Path(__file__).parent
MODELS = (
    "account.move",
    "account.move.line",
    "account.payment",
    "account.billing.link",
    "account.billing.run",
    "openimis.claim",
    "openimis.claim.line",
    "openimis.insuree",
    "openimis.payable.line",
    "openimis.closing",
    "openimis.bill.event",
    "openimis.connection",
    "openimis.payment.report",
    "openimis.remote.bill",
    "openimis.payment.import",
    "openimis.ledger.entry",
    "openimis.fhir.subscription",
    "daycare.child",
    "daycare.income",
    "daycare.income.proposal",
    "daycare.child.guardian",
    "daycare.request",
    "daycare.absence",
    "daycare.absence.reason",
    "daycare.extra.day",
    "daycare.billing.line",
    "daycare.billing.run",
    "kibe.import",
    "sofi.charge",
    "sofi.export",
    "sofi.residence",
    "sofi.sync.line",
    "primmo.tenant",
    "exchange.access",
    "exchange.chunk",
    "exchange.message",
    "exchange.progress",
    "res.users",
    "res.groups",
    "ir.model.access",
    "ir.rule",
    "ir.config_parameter",
    "ir.cron",
    "ir.attachment",
)
FIELDS = (
    "name",
    "state",
    "amount",
    "amount_total",
    "amount_net",
    "quantity",
    "unit_price",
    "source_id",
    "claim_id",
    "move_id",
    "user_id",
    "company_id",
    "billing_state",
    "billing_move_id",
    "billing_excluded",
    "openimis_suspended",
    "openimis_deleted",
    "openimis_is_payment",
    "openimis_uuid",
    "url",
    "password",
    "group_ids",
    "active",
    "date",
    "value",
    "nam",
    "status",
)
VALUES = (
    None, False, True, 0, 1, 2, -1, 99999.99, "x", "done", "running", "posted", "draft",
    "2020-01-01", [], [[6, 0, [1]]], [[4, 2, 0]], [[5, 0, 0]], [[0, 0, {"name": "x"}]],
    "http://127.0.0.1:9/", "\0", "²", "A" * 3000,
)  # fmt: skip
METHODS = (
    "action_run", "action_plan", "action_resume", "action_cancel", "action_draft",
    "action_undo", "action_generate", "action_post", "button_draft", "button_cancel",
    "openimis_bill_suspend", "openimis_bill_delete", "openimis_payment_sent",
    "openimis_payment_rejected", "openimis_bill_amend", "reconcile", "action_test",
    "action_retry", "action_create_move", "action_show_nam", "action_export_again",
    "_engine_writes", "_set_state", "_post", "_write", "sudo", "with_user", "flush_all",
    "copy", "unlink", "message_post", "load", "toggle_active", "action_archive",
    "exchange_readable_models", "init", "_register_hook", "send", "web_save_multi",
)  # fmt: skip
CONTEXTS = (
    {},
    {"uid": 1},
    {"su": True},
    {"active_test": False},
    {"default_state": "done", "default_user_id": 2},
    {"tracking_disable": True, "install_mode": True},
    {"engine": True, "exchange_engine_is_writing": True, "check_move_validity": False},
    {"allowed_company_ids": [1, 2, 3]},
    {"lang": "xx_XX", "tz": "nowhere"},
)
RESOURCES = (
    "Invoice",
    "ChargeItem",
    "Claim",
    "Organization",
    "PaymentNotice",
    "PaymentReconciliation",
)


class Attacker(threading.Thread):
    """One user who tries whatever comes to his mind until the time is over.

    :ivar Counter answers: how often what was answered
    :ivar list faults: (what was asked, the answer) that no server should give
    """

    def __init__(self, url, name, login, key, until):
        super().__init__(name=login)
        self.url, self.database, self.login, self.key = url, name, login, key
        self.until = until
        self.random = random.Random(f"{SEED} {login}")
        self.session = requests.Session()
        self.answers, self.faults = Counter(), []

    def run(self):
        self.session.post(
            f"{self.url}/web/session/authenticate",
            json={
                "params": {
                    "db": self.database,
                    "login": self.login,
                    "password": f"{self.login}-password",
                }
            },
            timeout=60,
        ).raise_for_status()
        while time.monotonic() < self.until:
            attack = self.random.choice((self.rpc, self.rpc, self.rpc, self.fhir))
            try:
                attack()
            except requests.RequestException as error:
                self.answers[type(error).__name__] += 1

    # === WHAT IS TRIED ===

    def rpc(self):
        """Call a method as the web client does, which this one would not."""
        model = self.random.choice(MODELS)
        ids = self.random.sample(range(1, 60), self.random.randint(1, 3))
        vals = {
            self.random.choice(FIELDS): self.random.choice(VALUES)
            for _field in range(self.random.randint(1, 3))
        }
        method, args = self.random.choice(
            (
                ("write", [ids, vals]),
                ("web_save", [ids, vals, {}]),
                ("create", [[vals]]),
                ("unlink", [ids]),
                ("read", [ids, [self.random.choice(FIELDS)]]),
                ("search_read", [[], [self.random.choice(FIELDS)]]),
                ("export_data", [ids, ["id", self.random.choice(FIELDS)]]),
                ("load", [["id", self.random.choice(FIELDS)], [["1", "x"]]]),
                (self.random.choice(METHODS), [ids]),
                (self.random.choice(METHODS), [ids]),
                (self.random.choice(METHODS), [ids, vals]),
            )
        )
        answer = self.session.post(
            f"{self.url}/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {
                    "model": model,
                    "method": method,
                    "args": args,
                    "kwargs": {"context": self.random.choice(CONTEXTS)},
                }
            },
            timeout=60,
        )
        error = answer.json().get("error") or {}
        name = error.get("data", {}).get("name", "done" if not error else "error")
        self.answers[f"{method if not error else 'rpc'}: {name}"] += 1

    def fhir(self):
        """Ask the FHIR server for what is not one's own, or send it payments."""
        kind = self.random.choice(RESOURCES)
        headers = {"Authorization": f"Bearer {self.key}"}
        if self.random.random() < 0.4:
            body = {
                "resourceType": kind,
                "status": "active",
                "request": {"reference": f"Invoice/{self.random.randint(1, 60)}"},
                "created": "2026-11-22",
                "paymentDate": "2026-11-22",
                "payment": {"reference": "PaymentReconciliation/1"},
                "recipient": {"display": "x"},
                "amount": {
                    "value": self.random.choice((1, -1, 1e9)),
                    "currency": "USD",
                },
            }
            headers["Content-Type"] = "application/fhir+json"
            answer = self.session.post(
                f"{self.url}/fhir/R4/{kind}",
                data=json.dumps(body),
                headers=headers,
                timeout=60,
            )
        else:
            path = self.random.choice(("", "/1", "/_history", "?_count=2", "?_sort=x"))
            answer = self.session.get(
                f"{self.url}/fhir/R4/{kind}{path}", headers=headers, timeout=60
            )
        self.answers[f"FHIR {answer.status_code}"] += 1
        if answer.status_code >= 500:
            self.faults.append((kind, answer.text[:500]))


def script(name, file):
    """Run a script of this folder on a database; return what it saw."""
    output = database.script(name, (HERE / file).read_text(encoding="utf-8"))
    [line] = [line for line in output.splitlines() if line.startswith("SEEN ")]
    return json.loads(line.removeprefix("SEEN "))


@pytest.fixture(scope="module")
def attacked():
    """Attack; return (books before, books after, attackers)."""
    with cloned("attack") as name:
        keys = script(name, "people.py")
        before = script(name, "books.py")
        log = paths.LOGS / f"{name}.log"
        port = server.free_port()
        options = ["--workers=2", "--max-cron-threads=0"]
        options.append(f"--gevent-port={server.free_port()}")
        with server.serving(name, port, log, *options) as odoo:
            until = time.monotonic() + SECONDS
            attackers = [
                Attacker(odoo.url, name, login, key, until)
                for login, key in keys.items()
            ]
            for attacker in attackers:
                attacker.start()
            for attacker in attackers:
                attacker.join()
        log.unlink()
        yield before, script(name, "books.py"), attackers


def test_the_books_stay_as_they_were(attacked):
    before, after, _attackers = attacked
    changed = {table: (before[table], after[table]) for table in before}
    assert {t: c for t, c in changed.items() if c[0] != c[1]} == {}


def test_everybody_attacked_and_most_was_refused(attacked):
    _before, _after, attackers = attacked
    for attacker in attackers:
        total = sum(attacker.answers.values())
        refused = attacker.answers["rpc: odoo.exceptions.AccessError"]
        assert total > 5, attacker.name
        assert refused, attacker.answers
        assert not attacker.faults
    total = sum((attacker.answers for attacker in attackers), Counter())
    print(sum(total.values()), "requests:", total.most_common(40))
