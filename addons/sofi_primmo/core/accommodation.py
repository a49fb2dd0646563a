"""Accommodation type (*type d'hébergement*) of a resident (spec 6.2 [S1])."""

from dataclasses import dataclass

from .exceptions import CodedError
from .matching import exact, near


class AccommodationError(CodedError):
    """`.code` is `no_accommodation_type` or `occupant_type_unknown`."""


@dataclass(frozen=True, slots=True)
class AccommodationType:
    """An entry of SOFI's dictionary."""

    id: str
    position: int
    description_fr: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """The type taken and why.

    :ivar AccommodationType type: the entry of the dictionary
    :ivar int priority: 1 Primmo, 2 resident, 3 room, 4 unit, 5 first of the list
    :ivar tuple warnings: codes
    """

    type: AccommodationType
    priority: int
    warnings: tuple = ()


def choose(
    dictionary, occupant_type="", resident=None, room=None, unit=None, **options
):
    """Choose the accommodation type of a resident by the five-level priority.

    :param list dictionary: `AccommodationType` records of the residence
    :param str occupant_type: Primmo's *type d'occupant*, a French text
    :param str resident: id of the type on the SOFI resident
    :param str room: id of the room's default type
    :param str unit: id of the default type of the room's unit
    :param bool strict: (option) refuse an occupant type SOFI does not know
    :rtype: Choice
    :raises AccommodationError: when nothing can be chosen
    """
    active = [entry for entry in dictionary if entry.active]
    warnings = []
    if text := exact(occupant_type):
        known = [entry for entry in active if exact(entry.description_fr) == text]
        if known:
            return Choice(known[0], 1)
        if options.get("strict"):
            raise AccommodationError("occupant_type_unknown")
        warnings.append("occupant_type_unknown")
    by_id = {entry.id: entry for entry in active}
    for priority, type_id in enumerate((resident, room, unit), start=2):
        if type_id in by_id:
            return Choice(by_id[type_id], priority, tuple(warnings))
        if type_id:
            warnings.append("accommodation_type_inactive")
    if not active:
        raise AccommodationError("no_accommodation_type")
    first = min(active, key=lambda entry: (entry.position, entry.id))
    return Choice(first, 5, tuple(warnings))


def compare(occupant_types, dictionary):
    """Compare Primmo's list with SOFI's, which must be equal (spec 6.2 [S1]).

    :param list occupant_types: French texts of Primmo
    :param list dictionary: `AccommodationType` records
    :return: (only in Primmo, only in SOFI, near-equal pairs), sorted
    :rtype: tuple[list[str], list[str], list[tuple[str, str]]]
    """
    primmo = {exact(text) for text in occupant_types} - {""}
    sofi = {exact(e.description_fr) for e in dictionary if e.active} - {""}
    by_near = {near(text): text for text in sofi - primmo}
    pairs = [
        (text, by_near[near(text)])
        for text in sorted(primmo - sofi)
        if near(text) in by_near
    ]
    close = {text for pair in pairs for text in pair}
    return sorted(primmo - sofi - close), sorted(sofi - primmo - close), pairs
