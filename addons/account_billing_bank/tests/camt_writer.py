"""Bank files in the shape of the Swiss payment standards, made for tests.

Written after the public implementation guidelines (SIX, «Cash Management»); no bank's
own data is in here. `001.08` and `001.04` differ where the standard does: `Sts` and
`Pty`.
"""

from decimal import Decimal
from xml.sax.saxutils import escape

IBAN = "CH9300762011623852957"
SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"
PARTS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
REASON = "<RtrInf><Rsn><Cd>{}</Cd></Rsn></RtrInf>"


def detail(amount, reference="", **more):
    """Return a payment of an entry.

    :param amount: text or number, positive
    :param str reference: structured
    :param more: `name`, `iban`, `text`, `end_to_end`, `bank` (the bank's reference),
        `charges`, `currency`, `reason` (why it comes back), `side`
    """
    return {"amount": str(amount), "reference": reference, **more}


def entry(amount, *details, bank="", **more):
    """Return a booking.

    :param amount: text or number; negative for money that leaves
    :param details: payments in it
    :param str bank: the bank's reference
    :param more: `day`, `status`, `reversal`, `batch`, `text`, `currency`, `count`
    """
    text = str(amount)
    side = "DBIT" if text.startswith("-") else "CRDT"
    return {
        "amount": text.lstrip("-"),
        "side": side,
        "details": details,
        "bank": bank,
        **more,
    }


def collected(*details, **more):
    """Return the booking of several payments as one."""
    total = sum(Decimal(d["amount"]) for d in details)
    return entry(total, *details, **more)


def statement(*entries, name="ST-1", iban=IBAN, currency="CHF", opening=None):
    """Return what a file tells of one account.

    :param opening: the balance before; with it, the closing balance is written, too
    """
    return {
        "entries": entries,
        "name": name,
        "iban": iban,
        "currency": currency,
        "opening": opening,
    }


def camt(*statements, kind="054", version="08"):
    """Return a file.

    :param statements: of :func:`statement`
    :rtype: bytes
    """
    outer, part = PARTS[kind]
    body = "".join(_statement(s, part, version) for s in statements)
    space = SPACE.format(kind=kind, version=version)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{space}"><{outer}>'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2021-04-02T06:00:00</CreDtTm></GrpHdr>"
        f"{body}</{outer}></Document>"
    ).encode()


def _statement(given, part, version):
    currency = given["currency"]
    balances = ""
    if given["opening"] is not None:
        opening = Decimal(str(given["opening"]))
        booked = (e for e in given["entries"] if e.get("status", "BOOK") == "BOOK")
        closing = opening + sum(
            Decimal(e["amount"]) * (1 if e["side"] == "CRDT" else -1) for e in booked
        )
        balances = _balance("OPBD", opening, currency)
        balances += _balance("CLBD", closing, currency)
    entries = "".join(_entry(e, currency, version) for e in given["entries"])
    return (
        f"<{part}><Id>{escape(given['name'])}</Id>"
        f"<Acct><Id><IBAN>{given['iban']}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{balances}{entries}</{part}>"
    )


def _balance(code, amount, currency):
    side = "DBIT" if amount < 0 else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{abs(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        "<Dt><Dt>2021-04-01</Dt></Dt></Bal>"
    )


def _entry(given, currency, version):
    status = given.get("status", "BOOK")
    if version >= "08":
        status = f"<Cd>{status}</Cd>"
    day = given.get("day", "2021-04-01")
    own = given.get("currency", currency)
    batch = ""
    if given.get("batch") or given.get("count"):
        number = f"<NbOfTxs>{given['count']}</NbOfTxs>" if given.get("count") else ""
        batch = f"<Btch><PmtInfId>{given.get('batch', '')}</PmtInfId>{number}</Btch>"
    details = "".join(_detail(d, given, own, version) for d in given["details"])
    reversal = "<RvslInd>true</RvslInd>" if given.get("reversal") else ""
    bank = f"<AcctSvcrRef>{given['bank']}</AcctSvcrRef>" if given["bank"] else ""
    body = f"<NtryDtls>{batch}{details}</NtryDtls>" if batch or details else ""
    return (
        f'<Ntry><Amt Ccy="{own}">{given["amount"]}</Amt>'
        f"<CdtDbtInd>{given['side']}</CdtDbtInd>{reversal}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>{bank}"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>VCOM</SubFmlyCd>"
        f"</Fmly></Domn></BkTxCd>{body}"
        f"<AddtlNtryInf>{escape(given.get('text', 'Credit'))}</AddtlNtryInf></Ntry>"
    )


def _detail(given, booking, currency, version):
    side = given.get("side", booking["side"])
    refs = ""
    if given.get("bank"):
        refs += f"<AcctSvcrRef>{given['bank']}</AcctSvcrRef>"
    refs += f"<EndToEndId>{given.get('end_to_end', 'NOTPROVIDED')}</EndToEndId>"
    own = given.get("currency", currency)
    charges = ""
    if given.get("charges"):
        charges = (
            f'<Chrgs><Rcrd><Amt Ccy="{currency}">{given["charges"]}</Amt>'
            "<CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>"
        )
    party = "Dbtr" if side == "CRDT" else "Cdtr"
    name = f"<Nm>{escape(given.get('name', 'Mory Mary'))}</Nm>"
    if version >= "08":
        name = f"<Pty>{name}</Pty>"
    account = ""
    if given.get("iban"):
        account = f"<{party}Acct><Id><IBAN>{given['iban']}</IBAN></Id></{party}Acct>"
    remittance = ""
    if given.get("reference"):
        remittance = (
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Prtry>QRR</Prtry></CdOrPrtry></Tp>"
            f"<Ref>{given['reference']}</Ref></CdtrRefInf></Strd>"
        )
    if given.get("text"):
        remittance += f"<Ustrd>{escape(given['text'])}</Ustrd>"
    reason = REASON.format(given["reason"]) if given.get("reason") else ""
    return (
        f'<TxDtls><Refs>{refs}</Refs><Amt Ccy="{own}">{given["amount"]}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd>{charges}<RltdPties><{party}>{name}</{party}>"
        f"{account}</RltdPties><RmtInf>{remittance}</RmtInf>{reason}</TxDtls>"
    )
