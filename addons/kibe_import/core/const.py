"""The shape of a Kibé delivery: files, columns, limits (spec sections 1 and 3)."""

import dataclasses
import datetime

CSV_FILES = ("enfants", "intervenants", "contrats", "intervenantsdata", "prestations")
XML_FILES = ("groups", "slots")
MEMBERS = tuple(f"{name}.csv" for name in CSV_FILES) + tuple(
    f"{name}.xml" for name in XML_FILES
)

MAX_ARCHIVE = 20 * 1024**2
MAX_MEMBER = 50 * 1024**2
MAX_TOTAL = 150 * 1024**2
MAX_MEMBERS = 200
#: Of a workbook: so many parts, and so many bytes of all of them. Its library keeps
#: every shared text in memory, several times the size of the file.
MAX_PARTS = 2000
MAX_UNPACKED = 60 * 1024**2
MAX_RATIO = 200
RATIO_FROM = 1024**2
MAX_ROWS = 200_000

OPEN_ENDS = (
    datetime.date(9999, 12, 31),
    datetime.date(2999, 12, 31),
    datetime.date(2099, 12, 31),
)
DEFAULT_STATUS = "30"
DEFAULT_AUTHORITY = "1"
DEPARTED_STATUS = "90"
CONFIDENTIAL_ABOVE = 999998
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


# Columns are looked up by the million: by identity, which is quick.
@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a file, found by its position only.

    :ivar key: name of the value in the parsed row
    :ivar label: the documented header, used in messages
    :ivar kind: name of the parser of `cells`
    :ivar required: an empty cell blocks the row (V01)
    :ivar size: longest text accepted (C20)
    :ivar confidential: the value never shows in a message
    """

    key: str
    label: str
    kind: str = "text"
    required: bool = False
    size: int = 128
    confidential: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class FileSpec:
    """The columns of one CSV file.

    :ivar minimum: fewest columns the header may have
    :ivar cells: fewest cells a row may have
    :ivar child: key of the column that names the child, None when none does
    """

    name: str
    columns: tuple
    minimum: int
    cells: int
    child: str = None

    @property
    def file(self):
        """Name of the file inside the archive."""
        return f"{self.name}.csv"


def _person(prefix, firstname):
    """Return the eight columns of a parent (`pp`) or a partner (`pa`)."""
    title = "parent principal" if prefix == "pp" else "partenaire"
    upper = "PP" if prefix == "pp" else "pa"
    return (
        Column(f"{prefix}_id", f"{title} ID", "id", prefix == "pp"),
        Column(f"{prefix}_lastname", f"{prefix} nom", size=64),
        Column(f"{prefix}_firstname", f"{prefix} {firstname}", size=64),
        Column(f"{prefix}_street", f"{upper} adresse 1"),
        Column(f"{prefix}_street2", f"{upper} adresse 2"),
        Column(f"{prefix}_zip", f"{prefix} npa", "npa"),
        Column(f"{prefix}_employer", f"{prefix} Employeur"),
        Column(f"{prefix}_accounting_ref", f"{prefix} ID Compta", size=32),
    )


ENFANTS = FileSpec(
    "enfants",
    (
        Column("kibe_id", "enfant ID", "id", True),
        Column("lastname", "e nom", size=64),
        Column("firstname", "e prenom", size=64),
        Column("gender", "Sexe", "gender"),
        Column("birthdate", "e naissance", "date"),
        Column("language_id", "Langue maternelle", "language"),
        Column("registration_date", "Date inscription", "date"),
        Column("authority_id", "Autorité parentale", "authority"),
        Column("status_id", "Etat inscription", "status"),
        Column("departure_date", "Date départ", "date"),
        Column("departure_reason", "Motif départ"),
        Column("main_id", "Parent principal ID", "id", True),
        Column("street", "PP adresse 1"),
        Column("street2", "PP adresse 2"),
        Column("zip", "pp npa", "npa"),
        Column("partner_id", "partenaire ID", "id"),
    ),
    minimum=16,
    cells=12,
    child="kibe_id",
)
INTERVENANTS = FileSpec(
    "intervenants",
    _person("pp", "prenom")
    + _person("pa", "prénom")
    + (
        Column("pp_income", "r parent", "income", confidential=True),
        Column("pa_income", "r partenaire", "income", confidential=True),
    ),
    minimum=18,
    cells=3,
)
CONTRATS = FileSpec(
    "contrats",
    (
        Column("child_id", "enfant ID", "id", True),
        Column("main_id", "parent principal ID", "id", True),
        Column("email", "pp Email privé", "email"),
        Column("de_id", "débiteur ID", "id"),
        Column("de_lastname", "de nom", size=64),
        Column("de_firstname", "de prénom", size=64),
        Column("de_street", "de adresse 1"),
        Column("de_street2", "de adresse 2"),
        Column("de_zip", "de npa", "npa"),
        Column("de_accounting_ref", "de ID Compta", size=32),
    ),
    minimum=9,
    cells=2,
    child="child_id",
)
INTERVENANTSDATA = FileSpec(
    "intervenantsdata",
    (
        Column("kibe_id", "intervenant ID", "id", True),
        Column("courtesy", "Politesse courrier", "courtesy"),
        Column("phone_private", "Téléphone privé", "phone", size=64),
        Column("phone_work", "Téléphone professionel", "phone", size=64),
        Column("phone_mobile", "Natel", "phone", size=64),
        Column("email", "Email privé", "email"),
        Column("email_work", "Email professionnel", "email"),
        Column("civil_status", "Etat civil", "civil"),
        Column("function", "Profession"),
        Column("employer", "Employeur"),
        Column("activity_rate", "Taux", "rate"),
        Column("place_of_origin", "Origine"),
    ),
    minimum=12,
    cells=1,
)
PRESTATIONS = FileSpec(
    "prestations",
    (
        Column("structure", "Groupe de structure ID", "id", True),
        Column("child_id", "enfant ID", "id", True),
        Column("group", "c groupe", "name", True),
        Column("date_from", "pr date début", "date"),
        Column("date_to", "pr date fin", "date"),
        Column("hour_from", "pr heure début", "time"),
        Column("hour_to", "pr heure fin", "time"),
        Column("weekday", "pr jour de la semaine", "weekday"),
        Column("code", "pr code", "name"),
    ),
    minimum=9,
    cells=5,
    child="child_id",
)
SPECS = {
    spec.name: spec
    for spec in (ENFANTS, INTERVENANTS, CONTRATS, INTERVENANTSDATA, PRESTATIONS)
}
