"""Find the SOFI resident of a Primmo tenant (spec 6.1 [S1]).

External ID, then NAM, then last name, first name, gender and date of birth; an
ambiguous level stops for a person who decides, it never falls through.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

from . import nam as nam_module

MATCHED, NEW, AMBIGUOUS, REFUSED = "matched", "new", "ambiguous", "refused"
LEVEL_EXTERNAL_ID, LEVEL_NAM, LEVEL_IDENTITY = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Person:
    """A tenant of Primmo or a resident of SOFI.

    :ivar key: the caller's own identifier of the record
    :ivar str external_id: Primmo's number of the tenant (empty in SOFI before the
        first match)
    :ivar str sex: `M` or `F`; anything else is not supported
    :ivar bool departed: no longer lives there (SOFI only)
    """

    key: object
    external_id: str = ""
    nam: str = ""
    last_name: str = ""
    first_name: str = ""
    sex: str = ""
    birth_date: date | None = None
    departed: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a tenant.

    :ivar str status: `matched`, `new`, `ambiguous` or `refused`
    :ivar int level: 1 External ID, 2 NAM, 3 identity, 0 without a match
    :ivar tuple candidates: keys of the SOFI residents concerned
    :ivar str reason: code of what stops or refuses
    :ivar tuple warnings: codes
    :ivar tuple suggestions: keys of near matches, never taken alone
    """

    status: str
    level: int = 0
    candidates: tuple = ()
    reason: str = ""
    warnings: tuple = ()
    suggestions: tuple = ()


def exact(text):
    """Return a text as exact comparisons see it: NFC, outer blanks removed."""
    return unicodedata.normalize("NFC", text or "").strip()


def near(text):
    """Return a text as suggestions see it: no case, accents, hyphens, blanks."""
    return re.sub(r"[^A-Z0-9]", "", nam_module.plain(text))


def _identity(person):
    parts = (exact(person.last_name), exact(person.first_name), person.sex)
    return (*parts, person.birth_date) if all(parts) and person.birth_date else None


def _near_identity(person):
    return near(person.last_name), near(person.first_name), person.birth_date


def _nam_key(person):
    text = nam_module.normalize(person.nam)
    return nam_module.comparison_key(text) if nam_module.has_format(text) else None


@dataclass(slots=True)
class Index:
    """The SOFI residents of one residence, ready to be looked up.

    :ivar list residents: `Person` records
    """

    residents: list
    by_external_id: dict = field(default_factory=lambda: defaultdict(list))
    by_nam: dict = field(default_factory=lambda: defaultdict(list))
    by_identity: dict = field(default_factory=lambda: defaultdict(list))
    by_near: dict = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self):
        for resident in self.residents:
            self._add(resident)

    def _add(self, resident):
        if external_id := exact(resident.external_id):
            self.by_external_id[external_id].append(resident)
        if nam_key := _nam_key(resident):
            self.by_nam[nam_key].append(resident)
        # Who has left is not found again by name and date of birth alone, only shown.
        self.by_near[_near_identity(resident)].append(resident)
        if not resident.departed and (identity := _identity(resident)):
            self.by_identity[identity].append(resident)


def match(person, index):
    """Find the resident of one tenant.

    :param Person person: the tenant
    :param Index index: the residents of the same residence
    :rtype: Match
    """
    if reason := _refusal(person):
        return Match(REFUSED, reason=reason)
    found = index.by_external_id.get(exact(person.external_id))
    if found:
        return _by_external_id(person, found, index)
    nam_key = _nam_key(person)
    if nam_key and (found := index.by_nam.get(nam_key)):
        return _by_nam(person, found)
    if found := index.by_identity.get(_identity(person)):
        return _one(found, LEVEL_IDENTITY)
    suggestions = index.by_near.get(_near_identity(person), ())
    return Match(NEW, suggestions=_keys(suggestions))


def match_all(people, index):
    """Match many tenants; a resident claimed by several is decided by a person.

    The External ID, once given, outranks the claims of the other levels.

    :param list people: `Person` records of the tenants
    :param Index index: the residents of the same residence
    :return: one `Match` per tenant, in the same order
    :rtype: list[Match]
    """
    matches = [match(person, index) for person in people]
    claims = defaultdict(list)
    for position, result in enumerate(matches):
        if result.status == MATCHED:
            claims[result.candidates[0]].append(position)
    for positions in claims.values():
        for position in _losers(positions, matches):
            matches[position] = replace(
                matches[position], status=AMBIGUOUS, reason="claimed_twice"
            )
    return matches


def _losers(positions, matches):
    if len(positions) == 1:
        return ()
    first = [p for p in positions if matches[p].level == LEVEL_EXTERNAL_ID]
    return [p for p in positions if len(first) != 1 or p != first[0]]


def _refusal(person):
    """Return why a tenant cannot be synchronized at all, "" when he can."""
    required = (person.last_name, person.first_name)
    if not all(exact(text) for text in required) or not person.birth_date:
        return "missing_required"
    if not person.sex:
        return "missing_required"
    return "" if person.sex in ("M", "F") else "sex_unsupported"


def _by_external_id(person, found, index):
    result = _one(found, LEVEL_EXTERNAL_ID)
    nam_key = _nam_key(person)
    others = index.by_nam.get(nam_key, ()) if nam_key else ()
    if result.status == MATCHED and any(o.key != found[0].key for o in others):
        return replace(result, warnings=("nam_conflict",))
    return result


def _by_nam(person, found):
    if not nam_module.is_temporary(nam_module.normalize(person.nam)):
        return _one(found, LEVEL_NAM)
    # Twins share a temporary NAM: the first name has to agree as well.
    first_name = exact(person.first_name)
    same = [r for r in found if exact(r.first_name) == first_name]
    if len(same) == 1:
        return _one(same, LEVEL_NAM)
    return Match(AMBIGUOUS, LEVEL_NAM, _keys(found), reason="twins")


def _one(found, level):
    if len(found) == 1:
        return Match(MATCHED, level, _keys(found))
    return Match(AMBIGUOUS, level, _keys(found), reason="several")


def _keys(residents):
    return tuple(resident.key for resident in residents)
