"""Records as JSON and back, exact: what waits in the database is what was read."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

from . import records

_DECIMAL, _DATE = "Decimal", "date"


def to_json(value):
    """Return what JSON can hold of a record.

    :param value: a dataclass of `records`, or a value of one
    :return: dicts, lists, texts and numbers; a dict has one key, which names its type
    """
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    if isinstance(value, tuple):
        return [to_json(part) for part in value]
    if type(value) in records.CANONICAL:
        values = {
            field.name: to_json(content)
            for field in fields(value)
            if (content := getattr(value, field.name)) != field.default
        }
        return {type(value).__name__: values}
    return value


def from_json(value):
    """Return the record that `to_json` was given.

    A field that another version knew, and this one does not, is left out.

    :raises AttributeError: the kind of record is not known
    """
    if isinstance(value, list):
        return tuple(from_json(part) for part in value)
    if not isinstance(value, dict):
        return value
    [(name, content)] = value.items()
    if name == _DECIMAL:
        return Decimal(content)
    if name == _DATE:
        return date.fromisoformat(content)
    kind = getattr(records, name)
    known = {field.name for field in fields(kind)}
    return kind(**{key: from_json(v) for key, v in content.items() if key in known})
