"""Search parameters (FHIR R4, «Search»), as a table."""

from datetime import datetime

import pytest

from .openimis_samples import fhir_search as fs


def parse(query, resource="Invoice"):
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    return fs.parse_search(resource, pairs)


@pytest.mark.parametrize(
    "query, expected",
    [
        ("_id=a", [("_id", "in", ["a"])]),
        ("_id=a,b", [("_id", "in", ["a", "b"])]),
        ("identifier=urn:x|IV-1", [("identifier", "in", ["IV-1"])]),
        ("identifier=urn:ietf:rfc:3986|urn:uuid:ab", [("identifier", "in", ["ab"])]),
        ("status=issued,balanced", [("status", "in", ["issued", "balanced"])]),
        ("recipient=Organization/7", [("recipient", "in", ["7"])]),
        ("recipient=https://x/Organization/7", [("recipient", "in", ["7"])]),
        ("status=issued&_id=a", [("status", "in", ["issued"]), ("_id", "in", ["a"])]),
    ],
)
def test_tokens_and_references(query, expected):
    found = [(c.parameter, c.operator, c.value) for c in parse(query).criteria]
    assert found == expected


DAY, NEXT = datetime(2026, 11, 21), datetime(2026, 11, 22)


@pytest.mark.parametrize(
    "value, expected",
    [
        ("2026-11-21", [(">=", DAY), ("<", NEXT)]),
        ("eq2026-11-21", [(">=", DAY), ("<", NEXT)]),
        ("ne2026-11-21", [("outside", (DAY, NEXT))]),
        ("ge2026-11-21", [(">=", DAY)]),
        ("gt2026-11-21", [(">=", NEXT)]),
        ("sa2026-11-21", [(">=", NEXT)]),
        ("le2026-11-21", [("<", NEXT)]),
        ("lt2026-11-21", [("<", DAY)]),
        ("eb2026-11-21", [("<", DAY)]),
        ("2026-11", [(">=", datetime(2026, 11, 1)), ("<", datetime(2026, 12, 1))]),
        ("2026", [(">=", datetime(2026, 1, 1)), ("<", datetime(2027, 1, 1))]),
    ],
)
@pytest.mark.parametrize("name", ["date", "_lastUpdated"])
def test_dates(name, value, expected):
    found = [(c.operator, c.value) for c in parse(f"{name}={value}").criteria]
    assert found == expected


@pytest.mark.parametrize(
    "value, expected",
    [
        ("ge2026-11-21T10:30:00Z", (">=", datetime(2026, 11, 21, 10, 30))),
        ("ge2026-11-21T10:30:00+01:00", (">=", datetime(2026, 11, 21, 9, 30))),
        ("gt2026-11-21T10:30:00Z", (">=", datetime(2026, 11, 21, 10, 30, 1))),
        ("le2026-11-21T10:30:00.5Z", ("<", datetime(2026, 11, 21, 10, 30, 0, 501000))),
    ],
)
def test_moments(value, expected):
    (found,) = parse(f"_lastUpdated={value}").criteria
    assert (found.operator, found.value) == expected


@pytest.mark.parametrize("name", ["date", "_lastUpdated"])
@pytest.mark.parametrize(
    "value",
    ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59:59Z", "9999-12-31T12:00:00"],
)
@pytest.mark.parametrize("prefix", ["", "le", "lt", "gt", "sa", "ne"])
def test_the_end_of_time_is_a_date(name, value, prefix):
    criteria = parse(f"{name}={prefix}{value}").criteria
    assert all(criterion.parameter == name for criterion in criteria)
    if prefix == "le":
        assert criteria[0].value > datetime(9999, 1, 1)


@pytest.mark.parametrize(
    "value, expected",
    [
        # a day overlaps every moment in it
        ("ge2026-11-21T10:30:00Z", [(">=", DAY)]),
        ("gt2026-11-21T10:30:00Z", [(">=", DAY)]),
        ("le2026-11-21T10:30:00Z", [("<", NEXT)]),
        ("lt2026-11-21T10:30:00Z", [("<", NEXT)]),
        ("lt2026-11-21T00:00:00Z", [("<", DAY)]),
        ("le2026-11-21T00:00:00Z", [("<", NEXT)]),
        ("sa2026-11-21T10:30:00Z", [(">=", NEXT)]),
        ("eb2026-11-21T10:30:00Z", [("<", DAY)]),
        # and it is as written, whatever its zone: the month of Kathmandu is whole
        ("ge2026-11-21T00:00:00+05:45", [(">=", DAY)]),
        ("le2026-11-21T23:59:59+05:45", [("<", NEXT)]),
        # but it is no moment
        ("2026-11-21T00:00:00Z", [(">=", DAY), ("<", DAY)]),
        ("ne2026-11-21T00:00:00Z", [("outside", (DAY, DAY))]),
    ],
)
def test_moments_where_days_are_compared(value, expected):
    found = [(c.operator, c.value) for c in parse(f"date={value}").criteria]
    assert found == expected


@pytest.mark.parametrize(
    "query, expected",
    [
        ("identifier=IV-1", [(None, "IV-1")]),
        ("identifier=urn:x|IV-1,|7", [("urn:x", "IV-1"), ("", "7")]),
        ("identifier=urn:a|b|c", [("urn:a|b", "c")]),
    ],
)
def test_tokens_keep_their_system(query, expected):
    (found,) = parse(query).criteria
    assert found.pairs() == expected


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "date=yesterday",
        "date=2026-13",
        "date=0000",
        "_lastUpdated=0001-01-01T00:00:00%2B05:00",
        "_lastUpdated=0001-01-01T00:00:00+05:00",
        "date=",
        "_count=many",
        "_sort=amount",
        "_cursor=zzz",
        "_cursor=%%",
        "recipient:missing=perhaps",
        "recipient:Claim=x",
        "recipient=Claim/x",
        "recipient:Organization=Patient/x",
        "subject=Organization/x",
        "account=x",
        "status:exact=draft",
        "_count:exact=1",
        "_sort=date,date",
        "_sort=date,",
        "_sort=status",
        "_include=Invoice:subject",
        "_include=Invoice:date",
        "_include=Invoice",
        "_include=Claim:provider",
        "_include=Invoice:recipient:Patient",
        "_include=Invoice:issuer:Organization:x",
        "_include:iterate=Invoice:issuer",
        "_revinclude=Invoice:issuer",
        "_revinclude=Nothing:request",
        "_revinclude=PaymentNotice:request:Claim",
        "_include=Invoice:issuer&_summary=text",
        "totalgross=ten",
        "totalgross=ap10",
        "totalgross=10|USD",
        "totalgross=10|urn:x|USD",
        "totalgross=10||usd",
        "totalgross=1e99",
        "totalgross=²",
        "_format=xml",
        "identifier=urn:x|",
        "identifier=,",
        "status=a\0b",
        "_count=²",
        "_sort=--date",
    ],
)
def test_what_is_not_understood_is_refused(query):
    with pytest.raises(fs.BadSearch):
        parse(query)


@pytest.mark.parametrize(
    "query, operator",
    [("name=a", "starts"), ("name:contains=a", "contains"), ("name:exact=a", "exact")],
)
def test_texts(query, operator):
    (criterion,) = parse(query, "Organization").criteria
    assert (criterion.operator, criterion.value) == (operator, "a")


@pytest.mark.parametrize("query", ["name:missing=maybe", "identifier:exact=a"])
def test_modifiers_that_are_none_are_refused(query):
    with pytest.raises(fs.BadSearch):
        parse(query, "Organization")


def test_a_history_is_asked_for():
    moment = datetime(2026, 11, 21, 10, 30)
    mark = fs.History.mark(moment, True, 7)
    asked = fs.parse_history(
        [("_since", "2026-11-21"), ("_count", "9999"), ("_cursor", mark)]
    )
    assert asked.since == DAY
    assert asked.count == fs.MAX_COUNT
    assert asked.cursor == (moment, 1, 7)
    assert fs.parse_history([("_format", "json")]).cursor is None


@pytest.mark.parametrize(
    "name, value",
    [
        ("_since", "yesterday"),
        ("_count", "many"),
        ("_cursor", "zzz"),
        ("_cursor", fs.encode_cursor(1, "no moment", 7)),
        ("_format", "xml"),
        ("_at", "2026"),
    ],
)
def test_what_a_history_does_not_understand_is_refused(name, value):
    with pytest.raises(fs.BadSearch):
        fs.parse_history([(name, value)])


def test_only_invoices_sort_by_date():
    assert parse("_sort=-date").order == (("date", True),)
    with pytest.raises(fs.BadSearch):
        parse("_sort=date", "Organization")


def test_count_is_limited():
    assert parse("").count == 50
    assert parse("_count=0").count == 0
    assert parse("_count=100000").count == fs.MAX_COUNT


def test_cursor_there_and_back():
    text = fs.encode_cursor(99, "2026-11-21", 7)
    assert fs.decode_cursor(text) == ("99", "2026-11-21", "7")
    assert parse(f"_sort=date&_cursor={text}").cursor == ("99", "2026-11-21", "7")


def test_several_keys_sort_and_the_cursor_has_a_value_of_each():
    search = parse("_sort=-date,identifier,_id,_lastUpdated")
    assert search.order == (("date", True), ("identifier", False))
    assert not search.by_id_descending
    assert parse("_sort=date,-_id").by_id_descending
    assert parse("_sort=-date").by_id_descending  # as the only key does
    text = fs.encode_cursor(99, "=2026-11-21", "=a\x1fb", 7)
    for query in (
        f"_sort=date,identifier&_cursor={text}",
        f"_cursor={text}&_sort=date,identifier",
    ):
        assert parse(query).cursor == ("99", "=2026-11-21", "=a\x1fb", "7")
    with pytest.raises(fs.BadSearch):
        parse(f"_sort=date&_cursor={text}")


@pytest.mark.parametrize(
    "value, expected",
    [
        ("100", [(">=", "99.5"), ("<", "100.5")]),
        ("100.00", [(">=", "99.995"), ("<", "100.005")]),
        ("-5", [(">=", "-5.5"), ("<", "-4.5")]),
        ("1e2", [(">=", "50"), ("<", "150")]),
        ("gt100", [(">", "100")]),
        ("sa100", [(">", "100")]),
        ("ge100", [(">=", "100")]),
        ("lt100.5", [("<", "100.5")]),
        ("le100", [("<=", "100")]),
    ],
)
def test_amounts_are_as_exact_as_they_are_written(value, expected):
    found = [(c.operator, str(c.value)) for c in parse(f"totalgross={value}").criteria]
    assert [(o, float(v)) for o, v in found] == [(o, float(v)) for o, v in expected]


def test_amounts_may_name_their_currency():
    for value in ("gt1||USD", "gt1|urn:iso:std:iso:4217|USD"):
        (criterion,) = parse(f"totalnet={value}").criteria
        assert criterion.systems == ("USD",)
    (criterion,) = parse("totalnet=ne5").criteria
    assert criterion.operator == "outside"


def test_references_may_say_what_they_name():
    for query, expected in (
        ("recipient=7", (None, "7")),
        ("recipient=Patient/7", ("Patient", "7")),
        ("recipient:Patient=7", ("Patient", "7")),
        ("recipient:Patient=Patient/7", ("Patient", "7")),
        (
            "recipient=https://x/fhir/R4/Organization/7/_history/2",
            ("Organization", "7"),
        ),
    ):
        (criterion,) = parse(query).criteria
        assert criterion.pairs() == [expected], query
    (criterion,) = parse("account:identifier=urn:x|2010").criteria
    assert criterion.pairs() == [("urn:x", "2010")]


def test_not_and_missing():
    (criterion,) = parse("status:not=draft").criteria
    assert (criterion.operator, criterion.value) == ("not in", ["draft"])
    (criterion,) = parse("totalgross:missing=false").criteria
    assert (criterion.operator, criterion.value) == ("missing", False)


def test_what_is_to_be_added():
    search = parse(
        "_include=Invoice:issuer&_include=Invoice:claim:Claim"
        "&_revinclude=PaymentNotice:request"
    )
    assert [(i.source, i.parameter, i.target, i.reverse) for i in search.includes] == [
        ("Invoice", "issuer", "Organization", False),
        ("Invoice", "claim", "Claim", False),
        ("PaymentNotice", "request", "Invoice", True),
    ]
