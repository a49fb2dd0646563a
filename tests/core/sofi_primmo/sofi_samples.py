"""Charges and layouts the tests of the SOFI core share."""

from decimal import Decimal

from sofi_primmo_core.charge import Reader
from sofi_primmo_core.mdg import Column, Layout
from sofi_primmo_core.period import Period

KEY, SECRET = "AAAA0000BBBB1111CCCC", "s1mulat0rS3cretOfLesErablesResidence0001"
PARAMETERS = {
    "vendor_id": "12",
    "mdg_transaction_type": "4",
    "mdg_col09": "GL4010",
    "mdg_col11": None,
    "mdg_col14": None,
    "mdg_col15v": "RV",
    "mdg_col15p": "RP",
}
COLUMNS_16 = (
    Column("parameter", "vendor_id", width=20),
    Column("field", "external_id", "identifier", 16),
    Column("field", "service_date", "date", 8),
    Column("field", "total", "decimal", 14),
    Column("field", "amount", "decimal", 14),
    Column("field", "discount", "decimal", 14),
    Column("field", "id", "identifier", 36),
    Column("parameter", "mdg_transaction_type", width=2),
    Column("parameter", "mdg_col09", width=30),
    Column("field", "service_code", "identifier", 6),
    Column("parameter", "mdg_col11", width=30),
    Column("field", "quantity", "decimal", 10),
    Column("field", "description", "text", 40),
    Column("parameter", "mdg_col14", width=30),
    Column("parameter", "mdg_col15v", width=30),
    Column("parameter", "mdg_col15p", width=30),
)
MDG_16 = Layout(COLUMNS_16)
EXAMPLE = (
    '"12","T00123","20251103","24.00","24.00","0.00","900001","4","GL4010","200120","",'
    '"2.00","Aide au bain","","RV","RP"\r\n'
    '"12","T00123","20251105","12.50","12.50","0.00","900007","4","GL4010","200301","",'
    '"1.00","Accompagnement ""à l\'acte""","","RV","RP"\r\n'
    '"12","T00455","20251104","-8.00","-8.00","0.00","900003","4","GL4010","200523","",'
    '"1.00","Crédit – soins 15 min","","RV","RP"\r\n'
).encode("cp1252")


def row(**values):
    """Return a charge as SOFI gives it."""
    resident = {"id": "551", "external_id": "T00123"} | values.pop("resident", {})
    service = {"id": "31", "code": "200120", "description_fr": "Aide au bain"}
    service |= {"description_en": "Bath assistance"} | values.pop("service", {})
    return {
        "id": "900001",
        "status": "accepted",
        "service_date": "2025-11-03T14:05:00Z",
        "resident": resident,
        "service": service,
        "quantity": "2.00",
        "unit_price": "12.00",
        "amount": "24.00",
        "discount": "0.00",
        "currency": "CAD",
        **values,
    }


def charge(**values):
    """Return a charge that was read."""
    return Reader("America/Toronto").convert(row(**values))


def example_charges():
    """Return the charges of the specification's example, out of order."""
    return [
        charge(
            id="900003",
            service_date="2025-11-04T15:30:00Z",
            resident={"external_id": "T00455"},
            service={"code": "200523", "description_fr": "Crédit – soins 15 min"},
            quantity="1.00",
            unit_price="-8.00",
            amount="-8.00",
        ),
        charge(
            id="900007",
            service_date="2025-11-05T18:00:00Z",
            service={
                "code": "200301",
                "description_fr": 'Accompagnement "à l\'acte"',
                "description_en": None,
            },
            quantity="1.00",
            unit_price="12.50",
            amount="12.50",
        ),
        charge(),
    ]


CENT = Decimal("0.01")


def ids(listing):
    """Return the ids of the records of a listing."""
    return [row["id"] for row in listing.rows]


def accepted(client, period=None):
    """Return the listing of the accepted charges, as SOFI sends them."""
    return client.accepted_charges(period or Period(), dict)
