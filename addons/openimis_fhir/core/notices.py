"""PaymentNotices that openIMIS has: found whatever its caches say.

openIMIS counts each list once an hour per query and cuts the pages by that count, so
the same question, asked before and after a payment was reported, gives the same old
answer. A lookup therefore asks with a bound that was never asked before, reads on
until nothing comes, and believes no `total`.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from .exceptions import NotFound, UnreadableAnswer
from .fhir_values import reference_tail

#: page sizes tried in turn: rows of one moment may come twice, others then never
SIZES = (100, 83, 67)
MOST_PAGES = 2000
#: how far back of the earliest possible sending a bound may lie, in seconds
SPREAD = 10 * 86400
#: openIMIS keeps amounts with two decimals
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Found:
    """One notice: which payment it names, of which bill, how much, in which state."""

    id: str
    reference: str
    bill_uuid: str | None
    amount: Decimal | None
    status: str | None

    def tells(self, bill_uuid, amount):
        """Whether it tells the payment of that bill and amount.

        :param str bill_uuid: openIMIS' UUID of the bill
        :param Decimal amount: what was paid
        """
        return (
            self.status == "active"
            and (self.bill_uuid or "").lower() == bill_uuid.lower()
            and self.amount is not None
            and abs(self.amount - amount) < CENT
        )


def read_notice(resource):
    """PaymentNotice -> `Found`.

    :raises UnreadableAnswer: when it is none
    """
    try:
        value = (resource.get("amount") or {}).get("value")
        return Found(
            id=str(resource.get("id") or ""),
            reference=reference_tail(resource.get("payment")) or "",
            bill_uuid=reference_tail(resource.get("request")),
            amount=None if value is None else Decimal(str(value)),
            status=resource.get("status"),
        )
    except (AttributeError, TypeError, InvalidOperation):
        raise UnreadableAnswer("PaymentNotice") from None


def fresh_bound(since, asked, choose=secrets.randbelow):
    """Moment before `since` that was never asked for.

    :param datetime since: when the notices can have been made at the earliest
    :param asked: texts of the bounds of the last hours
    :param choose: random number below its argument
    :return: text as openIMIS reads it, to the second
    """
    start = since - timedelta(days=1)  # the clocks differ, and so may the zones
    while True:
        bound = f"{start - timedelta(seconds=choose(SPREAD)):%Y-%m-%dT%H:%M:%S}"
        if bound not in asked:
            return bound


def find_notices(client, references, bound):
    """Notices that name payments.

    :param Client client: conversation with openIMIS
    :param references: as in `PaymentReconciliation/<reference>`
    :param str bound: of `fresh_bound`
    :return: {reference: list of `Found`, without what is only there twice in the list}
    :raises UnreadableAnswer: the list gives some rows twice, so that others may lack
    """
    found, wanted = {}, set(references)
    for size in SIZES:
        seen, complete = _read_list(client, bound, size)
        for notice in seen.values():
            if notice.reference in wanted:
                found.setdefault(notice.reference, {})[notice.id] = notice
        if complete or wanted <= set(found):
            return {name: list(notices.values()) for name, notices in found.items()}
    raise UnreadableAnswer("PaymentNotice: rows come twice")


def _read_list(client, bound, size):
    """({id: notice}, whether no row came twice)."""
    seen, rows = {}, 0
    for number in range(1, MOST_PAGES):
        asked = {"_lastUpdated": f"ge{bound}", "_count": size, "page-offset": number}
        try:
            entries = client.get("PaymentNotice/", asked).get("entry") or ()
        except NotFound:
            entries = ()  # beyond the last page
        if not entries:
            return seen, len(seen) == rows
        for entry in entries:
            notice = read_notice(entry.get("resource"))
            seen[notice.id] = notice
        rows += len(entries)
    raise UnreadableAnswer("PaymentNotice: no end")
