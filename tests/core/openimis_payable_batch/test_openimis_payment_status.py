"""pain.002: what a bank says of a file, a part of it or a payment, and what follows."""

from decimal import Decimal

import pytest

from tests_core_loader import load_core

load_core("openimis_payable_batch")
from openimis_payable_batch_core import payment_status as statuses  # noqa: E402

ISO = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
SENT = {"MSG-1": {"P1": ["R1", "R2"], "P2": ["R3"]}, "MSG-2": {"P1": ["R9"]}}


def report(body, group="", message="MSG-1", space=ISO):
    """Return a report of one file."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{space}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>B1</MsgId><CreDtTm>2026-02-01T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId>
<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
{body}
</CstmrPmtStsRpt></Document>""".encode()


def part(body, name="P1", status=""):
    """Return what is said of a part of a file."""
    said = f"<PmtInfSts>{status}</PmtInfSts>" if status else ""
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name}</OrgnlPmtInfId>{said}{body}"
        "</OrgnlPmtInfAndSts>"
    )


def payment(reference, status, more=""):
    """Return what is said of a payment."""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId>"
        f"<TxSts>{status}</TxSts>{more}</TxInfAndSts>"
    )


def settled(raw):
    """Return {reference: status code} that a file settles, and the codes of faults."""
    found = statuses.settle(statuses.read(raw), SENT)
    return (
        {reference: status.code for status, reference in found.results},
        [code for _status, code in found.faults],
    )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            report("", "<GrpSts>RJCT</GrpSts>"),
            dict.fromkeys(("R1", "R2", "R3"), "RJCT"),
        ),
        (
            report("", "<GrpSts>ACSC</GrpSts>"),
            dict.fromkeys(("R1", "R2", "R3"), "ACSC"),
        ),
        (report("", "<GrpSts>ACTC</GrpSts>"), {}),
        (report(part("", status="RJCT")), {"R1": "RJCT", "R2": "RJCT"}),
        (
            report(part(payment("R2", "RJCT"), status="PART"), "<GrpSts>PART</GrpSts>"),
            {"R2": "RJCT"},
        ),
        # the nearest level decides
        (
            report(part(payment("R1", "ACSP")), "<GrpSts>RJCT</GrpSts>"),
            {"R2": "RJCT", "R3": "RJCT"},
        ),
        (
            report(part("", status="ACCP"), "<GrpSts>RJCT</GrpSts>"),
            {"R3": "RJCT"},
        ),
        (report(part(payment("R1", "CANC"))), {"R1": "CANC"}),
        (report(part(payment("R1", "BLCK"))), {}),
        # said twice, it is said once
        (report(part(payment("R1", "RJCT") * 2)), {"R1": "RJCT"}),
        (
            report(part(payment("R1", "ACSP") + payment("R1", "ACSC"))),
            {"R1": "ACSC"},
        ),
    ],
)
def test_who_is_paid_and_who_is_not(raw, expected):
    assert settled(raw) == (expected, [])


@pytest.mark.parametrize(
    ("raw", "results", "faults"),
    [
        (report("", "<GrpSts>RJCT</GrpSts>", message="OTHER"), {}, ["unknown"]),
        (report(part("", name="P7", status="RJCT")), {}, ["unknown"]),
        (report(part(payment("", "RJCT"))), {}, ["no_reference"]),
        (report(part(payment("NOTPROVIDED", "RJCT"))), {}, ["no_reference"]),
        (
            report(part(payment("R1", "RJCT") + payment("R1", "ACSC"))),
            {},
            ["twice", "twice"],
        ),
    ],
)
def test_what_cannot_be_followed(raw, results, faults):
    assert settled(raw) == (results, faults)


def test_all_that_is_said_of_a_payment():
    more = """<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Konto</AddtlInf>
<AddtlInf>saldiert</AddtlInf></StsRsnInf>
<StsRsnInf><Rsn><Prtry>B12</Prtry></Rsn></StsRsnInf>
<ChrgsInf><Amt Ccy="USD">1.25</Amt></ChrgsInf>
<ChrgsInf><Amt Ccy="USD">0.50</Amt></ChrgsInf>
<AcctSvcrRef>X-1</AcctSvcrRef>
<OrgnlTxRef><Amt><InstdAmt Ccy="USD">540.00</InstdAmt></Amt></OrgnlTxRef>"""
    [status] = statuses.read(report(part(payment("R1", "RJCT", more))))
    assert status == statuses.Status(
        level="payment",
        row=6,
        code="RJCT",
        message="MSG-1",
        part="P1",
        reference="R1",
        reasons=("AC04", "B12"),
        text="Konto saldiert",
        bank_reference="X-1",
        amount=Decimal("540.00"),
        currency="USD",
        fees=Decimal("1.75"),
        fees_currency="USD",
    )


@pytest.mark.parametrize(
    "space",
    [
        "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03",
        "urn:iso:std:iso:20022:tech:xsd:pain.002.001.14",
        "http://www.six-interbank-clearing.com/de/pain.002.001.03.ch.02.xsd",
    ],
)
def test_every_version_and_country_is_read(space):
    raw = report(part(payment("R1", "RJCT")), space=space)
    prefixed = raw.replace(b"xmlns=", b"xmlns:a=")
    for tag in (b"</", b"<"):
        prefixed = prefixed.replace(tag, tag + b"a:")
    for wrong, right in ((b"<a:/", b"</"), (b"<a:?", b"<?"), (b"<a:a:", b"<a:")):
        prefixed = prefixed.replace(wrong, right)
    for written in (raw, prefixed):
        assert settled(written) == ({"R1": "RJCT"}, [])


def test_the_oldest_version_has_payments_beside_the_group():
    said = payment("R1", "RJCT").replace(
        "<OrgnlEndToEndId>", "<OrgnlPmtInfId>P1</OrgnlPmtInfId><OrgnlEndToEndId>"
    )
    raw = report(said).replace(b"CstmrPmtStsRpt", b"pain.002.001.02")
    assert settled(raw) == ({"R1": "RJCT"}, [])


def test_a_bank_that_could_not_read_the_file_at_all():
    """As a Swiss bank wrote it: nothing says whose file it was."""
    raw = (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Document xmlns="http'
        b'://www.six-interbank-clearing.com/de/pain.002.001.03.ch.02.xsd"><CstmrPmtStsR'
        b"pt><GrpHdr><MsgId>M</MsgId><CreDtTm>2021-09-22T13:21:57.297+02:00</CreDtTm>"
        b"</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>NOTPROVIDED</OrgnlMsgId><OrgnlMsgNmId"
        b">NOTPROVIDED</OrgnlMsgNmId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd>"
        b"</Rsn><AddtlInf><![CDATA[Fataler Fehler]]></AddtlInf></StsRsnInf></OrgnlGrpIn"
        b"fAndSts></CstmrPmtStsRpt></Document>"
    )
    [status] = statuses.read(raw)
    assert (status.reasons, status.text) == (("FF01",), "Fataler Fehler")
    assert settled(raw) == ({}, ["unknown"])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "no_xml"),
        (b"<Document>", "no_xml"),
        (b"<Document/>", "no_report"),
        (b"\x00\x01", "no_xml"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><Document>&b;</Document>", "no_xml"),
        (
            "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE a><Document/>".encode(
                "utf-16"
            ),
            "no_xml",
        ),
        (b"<a>" * 100_000, "no_xml"),
        (b" " * (statuses.MAX_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_report_is_refused(raw, code):
    with pytest.raises(statuses.StatusFileError) as caught:
        statuses.read(raw)
    assert caught.value.code == code


@pytest.mark.parametrize("written", ["", "x", "NaN", "Infinity", "9" * 400, "1e400"])
def test_an_amount_that_is_none_is_none(written):
    more = (
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="USD">{written}</InstdAmt></Amt></OrgnlTxRef>'
    )
    [status] = statuses.read(report(part(payment("R1", "RJCT", more))))
    assert status.amount is None
