"""The scheme's exchange with openIMIS: bills from there, payments told, subscribers.

Everything is done by the jobs that do it in a real installation, against the simulators
of openIMIS and of a subscriber.
"""

from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from tests.simulators.openimis.server import LOGIN, OpenimisServer

from . import common
from .simulators import Receiver, openimis_store


def exchange(scheme):
    """Let the scheme exchange with openIMIS what it has to.

    :param Scheme scheme: with its year of closings
    """
    connections = type(scheme.env["openimis.connection"])
    original = connections._client

    def hurried(connection, **options):
        # a simulator need not be spared
        return original(connection, **{"graphql_rate": 10**6, **options})

    with patch.object(connections, "_client", hurried):
        Exchange(scheme).live()


class Exchange:
    """A scheme and what it exchanges."""

    def __init__(self, scheme):
        self.scheme, self.root, self.env = scheme, scheme.root, scheme.env
        self.house = scheme.env.company
        self.accountant = scheme.accountant

    def live(self):
        today = self.scheme.today
        receiver = Receiver().start()
        try:
            with common.day(today - relativedelta(days=9)):
                subscription = self.subscribe(receiver.url)
            store = openimis_store()
            with OpenimisServer(store) as openimis:
                with common.day(today - relativedelta(days=8)):
                    connection = self.connect(openimis.url)
                    self.pull(connection)
                    bills = self.book(store.booked)
                with common.day(today - relativedelta(days=5)):
                    self.pay_and_tell(connection, bills[:-1])
                with common.day(today - relativedelta(days=3)):
                    # the last one is deleted there, though it is booked here
                    store.delete("Invoice", bills[-1].uuid)
                    self.pull(connection)
            with common.day(today - relativedelta(days=2)):
                self.take_notice()
                self.take_ledger()
                receiver.statuses = [503]
                subscription._note_changes()
                self.root["openimis.fhir.delivery"]._deliver_due()
            self.root.cr.commit()
        finally:
            receiver.stop()

    def subscribe(self, url):
        """Let the ledger of the ministry hear of each change of a bill."""
        return self.env["openimis.fhir.subscription"].create(
            {
                "name": "Ledger of the ministry",
                "company_id": self.house.id,
                "url": url,
                "internal": True,
            }
        )

    def connect(self, url):
        connection = self.env["openimis.connection"].create(
            {
                "name": "openIMIS of the region",
                "url": url,
                "internal": True,
                "login": LOGIN[0],
                "password": LOGIN[1],
                "rate": 10**6,
                "write_back": True,
                "company_id": self.house.id,
                "currency_id": self.house.currency_id.id,
            }
        )
        connection.action_test()
        self.root.cr.commit()
        return connection

    def pull(self, connection):
        connection.with_context(exchange_inline=True).action_pull()
        self.root.cr.commit()

    def book(self, numbers):
        """Book some of the bills that openIMIS made of its own; the others wait."""
        bills = self.env["openimis.remote.bill"].search(
            [("uuid", "in", numbers), ("company_id", "=", self.house.id)], order="code"
        )
        for bill in bills:
            bill.action_create_move()
        bills.move_id.with_env(self.accountant).action_post()
        return bills

    def pay_and_tell(self, connection, bills):
        """Pay bills of openIMIS, and tell it so."""
        common.pay(bills.move_id.with_env(self.accountant), self.scheme.today)
        reports = self.root["openimis.payment.report"]
        reports._queue_paid(connection)
        reports._report_due()
        self.root.cr.commit()

    def take_notice(self):
        """Take in what a payment system reports of the bills that are still open."""
        move = self.accountant["account.move"].search(
            [
                ("openimis_type", "=", "claim"),
                ("move_type", "=", "in_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "=", "not_paid"),
                ("openimis_uuid", "!=", False),
            ],
            limit=1,
        )
        paid = str(self.scheme.today - relativedelta(days=2))
        self.accountant["openimis.fhir.payment.notice"]._receive(
            {
                "resourceType": "PaymentNotice",
                "status": "active",
                "identifier": [{"system": "urn:bank", "value": "TRX-88213"}],
                "request": {"reference": f"Invoice/{move.openimis_uuid}"},
                "created": paid,
                "payment": {"reference": "PaymentReconciliation/rec-1"},
                "recipient": {"display": self.house.name},
                "paymentDate": paid,
                "amount": {
                    "value": move.amount_residual,
                    "currency": move.currency_id.name,
                },
            }
        )

    def take_ledger(self):
        """Book what openIMIS' own ledger sends: a grant, and what it is for."""
        accounts = self.env["account.account"]
        mine = [("company_ids", "in", self.house.ids)]
        bank, income, expense, payable = (
            accounts.search([*mine, ("account_type", "=", kind)], limit=1).code
            for kind in ("asset_current", "income", "expense", "liability_payable")
        )
        facility = self.scheme.facilities[0].openimis_code
        for number, (debit, credit, amount, party) in enumerate(
            (
                (bank, income, "250000", None),
                (expense, payable, "82000", facility),
            ),
            1,
        ):
            answer = self.accountant["openimis.ledger.entry"].send(
                {
                    "date": str(self.scheme.today - relativedelta(days=2)),
                    "reference": f"CQ{number}",
                    "description": "Grant" if number == 1 else "Claims valuated",
                    "currency": self.house.currency_id.name,
                    "lines": [
                        {"account": debit, "debit": amount},
                        {"account": credit, "credit": amount}
                        | ({"party": party} if party else {}),
                    ],
                },
                f"odoo:{number}",
            )
            if answer["status"] != "success":
                raise ValueError(answer)
