"""What an import will do to one record."""

import collections
import dataclasses
import enum
import types

from ...exchange_run.core.swiss_text import transliterate
from . import text
from .issue import Issues


class Action(enum.StrEnum):
    """What happens to a record (columns of the counter grid, specification 5.2)."""

    CREATED = "created"
    UPDATED = "updated"
    ATTACHED = "attached"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    DELETED = "deleted"
    IDENTICAL = "identical"
    ERROR = "error"


ENTITIES = (
    "guardian",
    "child",
    "link",
    "income",
    "billing_data",
    "sector",
    "sector_line",
)
ALWAYS_COUNTED = {
    "sector": (Action.DELETED, Action.CREATED),
    "sector_line": (Action.DELETED, Action.CREATED),
}
# A page whose content is the same is rebuilt in name: nothing is written.
COUNTED_AS = {Action.IDENTICAL: (Action.DELETED, Action.CREATED, Action.IDENTICAL)}


# A plan has hundreds of thousands of operations: they share what is empty.
NOTHING = types.MappingProxyType({})


def _nothing():
    return NOTHING


@dataclasses.dataclass(slots=True)
class Operation:
    """One record and what becomes of it.

    :ivar entity: one of ENTITIES
    :ivar key: stable identity inside the entity, as a tuple of text
    :ivar action: an Action
    :ivar label: how the preview calls the record
    :ivar file: source file
    :ivar row: source row
    :ivar values: values of a creation, or new values of an update
    :ivar before: old values of the changed fields
    :ivar skipped: new values that operation 2 leaves aside
    :ivar record_id: id of the stored record
    :ivar attach: (model, id) of the contact that is attached
    :ivar group: for a sector, its slots.Group; None when errors hold it back
    :ivar lines: for a sector, its planning.Line
    """

    entity: str
    key: tuple
    action: Action
    label: str
    file: str = None
    row: int = None
    values: dict = dataclasses.field(default_factory=_nothing)
    before: dict = dataclasses.field(default_factory=_nothing)
    skipped: dict = dataclasses.field(default_factory=_nothing)
    record_id: int = None
    attach: tuple = None
    group: object = None
    lines: tuple | list = ()


@dataclasses.dataclass(slots=True)
class Plan:
    """Everything one operation will do.

    :ivar overwrite: operation 3 instead of 2
    :ivar operations: list of Operation in dependency order
    :ivar issues: Issues of this operation alone
    :ivar losing: children that lose their sector pages (P26)
    :ivar debtors: child → (guardian id, name) who pays after the import, or None
    """

    overwrite: bool
    operations: list = dataclasses.field(default_factory=list)
    issues: Issues = dataclasses.field(default_factory=Issues)
    losing: list = dataclasses.field(default_factory=list)
    debtors: dict = dataclasses.field(default_factory=dict)

    def counters(self):
        """Return entity → action → number of records, entities in order."""
        counts = {entity: collections.Counter() for entity in ENTITIES}
        for operation in self.operations:
            for action in COUNTED_AS.get(operation.action, (operation.action,)):
                counts[operation.entity][action] += 1
                if operation.entity == "sector":
                    counts["sector_line"][action] += len(operation.lines)
        for entity, actions in ALWAYS_COUNTED.items():
            for action in actions:
                counts[entity][action] += 0
        return {
            entity: {
                str(action): n
                for action, n in row.items()
                if n or _always(entity, action)
            }
            for entity, row in counts.items()
            if row
        }


def _always(entity, action):
    return action in ALWAYS_COUNTED.get(entity, ())


def difference(stored, wanted):
    """Return the fields whose wanted value is not the stored one.

    :param dict stored: stored values; absent means empty
    :param dict wanted: values that are never empty
    :return: dict field → stored value
    """
    return {
        field: stored.get(field)
        for field, value in wanted.items()
        if not _is_same(stored.get(field), value)
    }


def _is_same(stored, wanted):
    """Tell whether the stored value is the wanted one, perhaps written for a QR-bill.

    Kibé delivers what it has each month: a name whose curly quotes somebody has
    replaced would be another one each time, and be asked about each time.
    """
    if stored == wanted:
        return True
    texts = isinstance(stored, str) and isinstance(wanted, str)
    return texts and stored == transliterate(wanted)


def address_key(values):
    """Return an address as the modes 3 and 4 compare it (specification 1.8)."""
    lines = [text.fold(values.get(f) or "") for f in ("street", "street2")]
    return (tuple(line for line in lines if line), text.fold(values.get("zip") or ""))
