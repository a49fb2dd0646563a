"""A service charge as SOFI gives it, and whether it goes into the file (spec 4.4)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from sys import intern
from zoneinfo import ZoneInfo

from . import service_code
from .const import CURRENCY, Remark, ServiceType, Skip
from .exceptions import SofiProtocolError
from .period import read_instant
from .unit_price import to_cents

LONGEST_ID = 36  # column 7 of the file, and the interface's own limit
_LARGEST = Decimal("99999999999.99")
# What is read of a charge, its resident and its service, by our names.
FIELDS = (
    *("id", "status", "resident", "service", "service_date", "currency"),
    *("quantity", "unit_price", "amount", "discount"),
    *("external_id", "last_name", "first_name"),
    *("code", "description_fr", "description_en"),
)


@dataclass(frozen=True, slots=True)
class Charge:
    """One service given to one resident; amounts in CAD before tax.

    :ivar str problem: `invalid_charge` detail, empty when everything could be read
    :ivar date day: day of the service in the residence's time zone
    """

    id: str
    status: str
    external_id: str
    resident_id: str
    resident_name: str
    service_id: str
    service_code: str
    description_fr: str
    description_en: str
    instant: datetime | None
    day: date | None
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    discount: Decimal
    problem: str = ""

    @property
    def total(self):
        """Amount before the discount (column 4)."""
        return self.amount + self.discount

    def description(self, language):
        """Return the description in FR or EN, or in the other one where missing."""
        both = (self.description_fr, self.description_en)
        first, second = both if language == "FR" else both[::-1]
        return first or second

    def sort_key(self):
        """Order of lines: same input, same bytes (spec 4.1)."""
        return self.external_id, self.instant, self.id


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a charge goes into the file.

    :ivar str skip: why not, empty when it does
    :ivar tuple remarks: what is worth saying all the same
    """

    skip: str = ""
    remarks: tuple = ()


class Reader:
    """Reads charges; keeps texts that repeat only once.

    :param str timezone: IANA name of the residence's time zone
    :param names: callable giving SOFI's own name of a field (the API profile)
    """

    def __init__(self, timezone, names=lambda name: name):
        self._zone = ZoneInfo(timezone)
        self._names = {name: names(name) for name in FIELDS}
        # Prices and instants repeat: each value is made once and shared.
        self._numbers = {}
        self._instants = {}

    def convert(self, row):
        """Return the charge of one JSON object.

        :param dict row: object of the list
        :rtype: Charge
        :raises SofiProtocolError: when it is no object or has no id
        """
        charge_id = self._text(row, "id") if isinstance(row, dict) else ""
        if not charge_id:
            raise SofiProtocolError("charge without id")
        return self._convert(row, charge_id, len(charge_id) <= LONGEST_ID)

    def unnamed(self, row, place):
        """Return a charge that has no id: named by its place, never in a file.

        :param row: what stands in the list
        :param str place: page and row, such as `2.17`
        :rtype: Charge
        """
        return self._convert(row if isinstance(row, dict) else {}, f"? {place}", False)

    def _convert(self, row, charge_id, usable):
        resident, service = self._dict(row, "resident"), self._dict(row, "service")
        problems = [] if usable else ["id"]
        instant, day = self._instant(row, problems)
        if self._text(row, "currency") != CURRENCY:
            problems.append("currency")
        return Charge(
            id=charge_id,
            status=intern(self._text(row, "status")),
            external_id=intern(self._text(resident, "external_id").strip()),
            resident_id=intern(self._text(resident, "id")),
            resident_name=intern(self._name(resident)),
            service_id=intern(self._text(service, "id")),
            service_code=intern(self._text(service, "code")),
            description_fr=intern(self._text(service, "description_fr")),
            description_en=intern(self._text(service, "description_en")),
            instant=instant,
            day=day,
            quantity=self._number(row, "quantity", problems),
            unit_price=self._number(row, "unit_price", problems, exponent="0.000001"),
            amount=self._number(row, "amount", problems),
            discount=self._number(row, "discount", problems, default="0"),
            problem=", ".join(problems),
        )

    def _text(self, row, name):
        value = row.get(self._names[name])
        if isinstance(value, str):
            return value
        # A number is a text too; nothing else is.
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return str(value) if number else ""

    def _dict(self, row, name):
        value = row.get(self._names[name])
        return value if isinstance(value, dict) else {}

    def _name(self, resident):
        parts = (self._text(resident, name) for name in ("last_name", "first_name"))
        return ", ".join(part for part in parts if part)

    def _instant(self, row, problems):
        text = self._text(row, "service_date")
        if text not in self._instants:
            try:
                instant = read_instant(text)
                self._instants[text] = instant, instant.astimezone(self._zone).date()
            except (ValueError, OverflowError):
                self._instants[text] = None, None
        if self._instants[text][0] is None:
            problems.append("service_date")
        return self._instants[text]

    def _number(self, row, name, problems, default="", exponent="0.01"):
        """Read an exact number; JSON numbers go through their shortest text."""
        key = self._text(row, name) or default, exponent
        if key not in self._numbers:
            self._numbers[key] = exact(*key)
        number = self._numbers[key]
        if number is None:
            problems.append(name)
            return Decimal(0)
        return number


def exact(text, exponent):
    """Return a number as written, rounded half up, or None when it is none.

    :param str text: with a decimal point
    :param str exponent: such as `0.01` for two decimals
    :rtype: Decimal | None
    """
    try:
        number = Decimal(text)
        if not number.is_finite() or abs(number) > _LARGEST:
            return None
        return number.quantize(Decimal(exponent), ROUND_HALF_UP)
    except InvalidOperation:
        return None


def judge(charge, language="FR", strict_codes=False):
    """Decide whether an accepted charge goes into the file (spec 4.4).

    Whether it was exported before is the journal's business, not decided here.

    :param Charge charge: an accepted charge
    :param str language: `FR` or `EN`, of the descriptions
    :param bool strict_codes: leave out codes outside the convention's grammar
    :rtype: Verdict
    """
    if charge.problem:
        return Verdict(Skip.INVALID_CHARGE)
    if not charge.external_id:
        return Verdict(Skip.NO_EXTERNAL_ID)
    if not service_code.is_six_digits(charge.service_code):
        return Verdict(Skip.SERVICE_CODE_FORMAT)
    remark = _code_remark(charge.service_code)
    if remark and strict_codes:
        return Verdict(remark)
    return Verdict("", tuple(_remarks(charge, language, remark)))


@lru_cache(10_000)
def _code_remark(code):
    """Return what is to be said of a code of six digits, of which few are in use."""
    try:
        parsed = service_code.parse(code)
    except service_code.ServiceCodeError:
        return Remark.SERVICE_CODE_UNKNOWN
    return "" if parsed.type == ServiceType.SAC else Remark.NOT_A_SAC


def _remarks(charge, language, code_remark):
    if code_remark:
        yield code_remark
    if to_cents(charge.quantity * charge.unit_price) != charge.total:
        yield Remark.AMOUNT_DIFFERS
    if not charge.amount:
        yield Remark.ZERO_AMOUNT
    wanted = charge.description_fr if language == "FR" else charge.description_en
    if not wanted:
        yield Remark.DESCRIPTION_LANGUAGE
