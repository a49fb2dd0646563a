"""From one cell to one value (specification sections 1.1 and 3.4).

A parser takes a cell that is not blank, a text or a spreadsheet's own value, and
returns `(value, problems)`: the value ready to compare and store, and a tuple of
`(code, placeholders)`. A problem whose code blocks the row comes with value `None`.
"""

import datetime
import decimal
import re

from ...exchange_run.core import clock
from ...exchange_run.core.money import round_to
from ...exchange_run.core.workbook import CellError as ExcelError  # noqa: F401
from . import text
from .const import OPEN_ENDS, WEEKDAYS
from .wording import Text
from .wording import source as _lt

OK = ()
EXCEL_EPOCH = datetime.date(1899, 12, 30)
EXCEL_ERROR = re.compile(
    r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|NV|WERT!|BEZUG!|#+)"
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
ID = re.compile(r"[0-9]{1,18}")
ID_LOOSE = re.compile(r"'?\s*0*([0-9]{1,18})(?:[.,]0+)?")
DATE_DMY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?: 00?:00(?::00)?)?")
DATE_YMD = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?")
SERIAL = re.compile(r"[0-9]{5}(?:[.,]0+)?")
CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
FRACTION = re.compile(r"[01]?[.,][0-9]+")
INCOME = re.compile(r"[0-9]{1,12}(?:,[0-9]{1,2})?")
INCOME_GROUPED = re.compile(r"[0-9]{1,3}(?:['’ \u00a0\u202f][0-9]{3})+(?:,[0-9]{1,2})?")
NPA = re.compile(r"[1-9][0-9]{3}")
NPA_LOOSE = re.compile(r"(?:CH[- ]?)?([1-9][0-9]{3})(?:[.,]0+)?(?:[ ,]+(\D.{0,60}))?")
FOREIGN = re.compile(r"([A-Z]{1,3})[- ]([0-9A-Z ]{3,10})")
FOREIGN_TOWN = re.compile(r"(?:([A-Z]{1,3})[- ]?)?([0-9]{4,6})[ ,]+([^\W\d].{0,60})")
LIECHTENSTEIN = range(9485, 9499)
#: A Swiss telephone number whose leading zero a number has lost.
NINE_DIGITS = range(10**8, 10**9)
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;][^@\s,;.]*\.[^@\s,;]+")
RATE = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,4})?)\s*%?")
DAY_NAMES = (
    ("lu", "lundi"),
    ("ma", "mardi"),
    ("me", "mercredi"),
    ("je", "jeudi"),
    ("ve", "vendredi"),
    ("sa", "samedi"),
    ("di", "dimanche"),
)
DAYS = {
    name: weekday
    for weekday, names in zip(WEEKDAYS, DAY_NAMES, strict=True)
    for name in names
}
COURTESIES = {
    **dict.fromkeys(("monsieur", "m", "m.", "mr", "mr.", "herr"), "mister"),
    **dict.fromkeys(("madame", "mme", "mme.", "frau"), "madam"),
}
COUNTRIES = {"F": "FR", "D": "DE", "A": "AT", "I": "IT", "FL": "LI"}


class Npa(str):
    """A postcode, with the town and country written beside it, if any."""

    __slots__ = ("city", "country")

    def __new__(cls, zip_code, city=None, country=None):
        self = super().__new__(cls, zip_code)
        self.city, self.country = city, country
        return self


def number_text(value):
    """Return a spreadsheet number as it would be typed: `10000.0` gives `10000`."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def as_text(raw):
    """Return the text of any cell, as a person reads it."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, datetime.datetime):
        return raw.strftime("%d.%m.%Y %H:%M:%S")
    if isinstance(raw, datetime.date):
        return raw.strftime("%d.%m.%Y")
    if isinstance(raw, datetime.time):
        return raw.strftime("%H:%M:%S")
    return number_text(raw)


def parse_text(raw):
    """Any text; control characters are refused (C22)."""
    value = as_text(raw)
    if CONTROL.search(value):
        return None, (("C22", {}),)
    return value, OK


def parse_name(raw):
    """A name to compare: blanks collapsed (specification section 2.1)."""
    value, problems = parse_text(raw)
    return (text.collapse(value) if value else value), problems


def parse_phone(raw):
    """A telephone number; a cell that is a number has lost its zero (V11)."""
    if isinstance(raw, int) and raw in NINE_DIGITS:
        return f"0{raw}", (("V11", {"n": f"0{raw}"}),)
    return parse_text(raw)


def parse_email(raw):
    """An address, stored as typed even when it is none (V10)."""
    value, problems = parse_text(raw)
    if value and not EMAIL.fullmatch(value) and not text.is_special(value):
        problems = (("V10", {}),)
    return value, problems


def parse_id(raw):
    """A Kibé id as digits without leading zeros (V02, V03)."""
    value = as_text(raw)
    if ID.fullmatch(value) and not (value[0] == "0" and len(value) > 1):
        return value, OK
    compact = re.sub(r"\s", "", value)
    match = ID_LOOSE.fullmatch(compact)
    if not match:
        return None, (("V02", {}),)
    return match[1], (("V03", {"n": match[1]}),)


def parse_date(raw):
    """A date (V04 to V07); open ends stay as they are."""
    if isinstance(raw, datetime.datetime):
        raw = raw.date()
    if isinstance(raw, datetime.date):
        return _check_year(raw, OK)
    value = as_text(raw)
    match = DATE_DMY.fullmatch(value)
    if match:
        return _make_date(int(match[3]), int(match[2]), int(match[1]))
    match = DATE_YMD.fullmatch(value)
    if match:
        return _make_date(int(match[1]), int(match[2]), int(match[3]))
    if SERIAL.fullmatch(value) and 20000 <= int(value[:5]) <= 60000:
        date = EXCEL_EPOCH + datetime.timedelta(days=int(value[:5]))
        return date, (("V06", {"n": date.strftime("%d.%m.%Y")}),)
    return None, (("V05", {}),)


def _make_date(year, month, day):
    try:
        return _check_year(datetime.date(year, month, day), OK)
    except ValueError:
        return None, (("V04", {}),)


def _check_year(date, problems):
    if date in OPEN_ENDS or 1900 <= date.year <= 2100:
        return date, problems
    return None, (("V07", {"v": date.year}),)


def parse_time(raw):
    """A time in minutes of the day (P07, P08); 24:00 is 1440.

    Of a time with a date, as databases export it, only the time counts.
    """
    if isinstance(raw, datetime.datetime):
        raw = raw.time()
    if isinstance(raw, datetime.time):
        return raw.hour * 60 + raw.minute + (raw.second >= 30), OK
    value = as_text(raw)
    match = CLOCK.fullmatch(value)
    if match:
        minutes = int(match[1]) * 60 + int(match[2]) + (int(match[3] or 0) >= 30)
        valid = int(match[2]) < 60 and int(match[3] or 0) < 60 and minutes <= 1440
        return (minutes, OK) if valid else (None, (("P07", {}),))
    if FRACTION.fullmatch(value) or value in ("0", "1"):
        minutes = round(decimal.Decimal(value.replace(",", ".")) * 1440)
        if minutes <= 1440:
            return minutes, (("P08", {"n": clock.label(minutes)}),)
    return None, (("P07", {}),)


def parse_income(raw):
    """An income as Decimal (I02 to I04); the unit is the file's own."""
    if isinstance(raw, int | float):
        return _income(decimal.Decimal(str(raw)), OK)
    value = as_text(raw)
    if INCOME.fullmatch(value):
        return _income(decimal.Decimal(value.replace(",", ".")), OK)
    if INCOME_GROUPED.fullmatch(value):
        plain = re.sub(r"[^0-9,]", "", value)
        return _income(decimal.Decimal(plain.replace(",", ".")), (("I03", {}),))
    if value.startswith("-") and INCOME.fullmatch(value[1:].strip()):
        return None, (("I04", {}),)
    return None, (("I02", {"n": "5000,50"}),)


def _income(amount, problems):
    if amount < 0:
        return None, (("I04", {}),)
    if amount >= 10**12:
        return None, (("I02", {"n": "5000,50"}),)
    return round_to(amount), problems


def parse_npa(raw):
    """A postcode (E16, E17); the town written beside it is kept."""
    value = as_text(raw)
    if NPA.fullmatch(value):
        return Npa(value, country=_npa_country(value)), OK
    match = NPA_LOOSE.fullmatch(value)
    if match:
        country = _npa_country(match[1])
        return Npa(match[1], match[2], country), (("E16", {"n": match[1]}),)
    match = FOREIGN_TOWN.fullmatch(value)
    if match:
        found = Npa(match[2], match[3], _country(match[1]))
        if found.country:
            # nothing is left to be completed
            shown = f"{found} {found.city} ({found.country})"
            return found, (("E16", {"n": shown}),)
        return found, (("E17", {}),)
    match = FOREIGN.fullmatch(value)
    if match:
        return Npa(match[2], None, _country(match[1])), (("E17", {}),)
    return Npa(value[:24]), (("E17", {}),)


def _npa_country(npa):
    return "LI" if int(npa) in LIECHTENSTEIN else "CH"


def _country(prefix):
    """Return the two-letter code of a country by what stands before a postcode."""
    if not prefix:
        return None
    return COUNTRIES.get(prefix, prefix if len(prefix) == 2 else None)


def parse_rate(raw):
    """An activity rate in percent, 0 to 100 (D06)."""
    value = as_text(raw)
    match = RATE.fullmatch(value)
    rate = decimal.Decimal(match[1].replace(",", ".")) if match else None
    if rate is None or rate > 100:
        ignored = Text(_lt("ignored (0 to 100 expected)"))
        return None, (("D06", {"n": ignored}),)
    if 0 < rate < 1:
        percent = rate * 100
        shown = format(percent.normalize(), "f")
        read = Text.of(_lt("read as {rate} %"), rate=shown)
        return percent, (("D06", {"n": read}),)
    return rate, OK


def parse_weekday(raw):
    """A weekday key of `WEEKDAYS` (P06)."""
    weekday = DAYS.get(as_text(raw).rstrip(".").lower())
    return (weekday, OK) if weekday else (None, (("P06", {}),))


def parse_courtesy(raw):
    """`madam` or `mister` (D02)."""
    courtesy = COURTESIES.get(as_text(raw).lower())
    return (courtesy, OK) if courtesy else (None, (("D02", {}),))


PARSERS = {
    "text": parse_text,
    "name": parse_name,
    "email": parse_email,
    "phone": parse_phone,
    "id": parse_id,
    "date": parse_date,
    "time": parse_time,
    "income": parse_income,
    "npa": parse_npa,
    "rate": parse_rate,
    "weekday": parse_weekday,
    "courtesy": parse_courtesy,
}
