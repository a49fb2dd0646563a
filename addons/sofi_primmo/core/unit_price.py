"""Unit price of a service from its monthly price in Primmo (spec 5.3 [S1])."""

from decimal import ROUND_HALF_UP, Decimal

from .const import ServiceType
from .service_code import ServiceCode, parse

WEEKS_IN_A_MONTH = 4  # the convention's month, not 4.33 [S1]
CENT = Decimal("0.01")


def unit_price(code, monthly_price):
    """Return the price of one occurrence.

    :param str | ServiceCode code: the six digits, or a code already parsed
    :param monthly_price: price in Primmo, CAD before tax; anything `Decimal` reads
    :return: the unrounded unit price, CAD before tax
    :rtype: Decimal
    :raises ServiceCodeError: when the code is not valid
    :raises ZeroDivisionError: on a frequency of zero (the parser never gives one)
    """
    service = code if isinstance(code, ServiceCode) else parse(code)
    return Decimal(str(monthly_price)) / divisor(service)


def divisor(service):
    """Return by how much the monthly price is divided.

    A missing weekly frequency drops the whole weekly factor, the weeks of the month
    included: they have a meaning only beside each other (spec 5.3 [C]).

    :param ServiceCode service: a parsed code
    :rtype: int
    """
    if 0 in (service.frq, service.frh):
        raise ZeroDivisionError("a service cannot have a frequency of zero")
    daily = service.frq or 1
    if service.type == ServiceType.SAC or service.frh is None:
        return daily
    return daily * service.frh * WEEKS_IN_A_MONTH


def to_cents(amount):
    """Round an amount half up to the cent (spec 5.3).

    :param Decimal amount: CAD
    :rtype: Decimal
    """
    return amount.quantize(CENT, ROUND_HALF_UP)


def differs(sofi_price, code, monthly_price):
    """Tell whether SOFI's unit price is a cent or more away from Primmo's.

    :param Decimal sofi_price: unit price in SOFI, CAD
    :param str | ServiceCode code: the service's code
    :param monthly_price: price in Primmo, CAD
    :rtype: bool
    """
    expected = to_cents(unit_price(code, monthly_price))
    return abs(to_cents(sofi_price) - expected) >= CENT
