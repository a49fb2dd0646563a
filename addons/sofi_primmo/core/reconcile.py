"""What SOFI says afterwards about charges that were exported (spec 9.2)."""

from decimal import Decimal

from .charge import exact
from .exceptions import SofiNotFound


def ask(client, ids, start, end):
    """Return status and amount of charges: by list, and those it lacks one by one.

    :param SofiClient client: logged in
    :param ids: container of the charges' ids
    :param str start: first instant of their services, as the interface takes it
    :param str end: instant after the last one
    :return: {id: (status, amount to the cent)}; (None, 0) for one that is gone
    :rtype: dict
    :raises SofiError: SOFI cannot be asked
    """
    name = client.profile.field

    def convert(row):
        # An amount that is none differs from every exported one.
        amount = exact(str(row.get(name("amount"))), "0.01")
        return str(row[name("id")]), row.get(name("status")), amount or Decimal(0)

    listing = client.read_all(
        "charges",
        convert,
        status=client.profile.value("archived"),
        **{"from": start, "to": end},
    )
    found = {row[0]: row[1:] for row in listing.rows if row[0] in ids}
    for charge_id in sorted(set(ids) - set(found)):
        try:
            found[charge_id] = convert(client.charge(charge_id))[1:]
        except SofiNotFound:
            found[charge_id] = (None, Decimal(0))
    return found
