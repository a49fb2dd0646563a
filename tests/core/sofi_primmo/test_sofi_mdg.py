"""The MDG file: spec 4.1 to 4.3."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime

import pytest
from sofi_primmo_core import mdg
from sofi_primmo_core.mdg import Column, Layout
from sofi_samples import (
    COLUMNS_16,
    EXAMPLE,
    MDG_16,
    PARAMETERS,
    charge,
    example_charges,
)

SHA_EXAMPLE = "16e4c18b28f83f24ddfd05d26f81882015560f47885bd928210db4480be7e8e9"
SHA_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def lines(charges, layout=MDG_16, parameters=PARAMETERS, language="FR"):
    content = mdg.render(layout, parameters, charges, language).content
    return content.decode(layout.encoding).splitlines()


def cell(position, **values):
    return lines([charge(**values)])[0].split('","')[position - 1].strip('"')


def test_example_byte_for_byte():
    content = mdg.render(MDG_16, PARAMETERS, example_charges()).content
    assert content == EXAMPLE
    assert len(content) == 378
    assert hashlib.sha256(content).hexdigest() == SHA_EXAMPLE


def test_order_of_input_does_not_matter():
    charges = example_charges()
    first = mdg.render(MDG_16, PARAMETERS, charges).content
    assert mdg.render(MDG_16, PARAMETERS, charges[::-1]).content == first


@pytest.mark.parametrize("encoding", mdg.ENCODINGS)
def test_nothing_accepted_gives_zero_bytes(encoding):
    content = mdg.render(replace(MDG_16, encoding=encoding), PARAMETERS, []).content
    assert hashlib.sha256(content).hexdigest() == SHA_EMPTY


def test_null_parameters_are_present_and_empty():
    (line,) = lines([charge()], parameters=dict.fromkeys(mdg.PARAMETERS))
    cells = line.split(",")
    assert len(cells) == 16
    assert [cells[position - 1] for position in (1, 8, 9, 11, 14, 15, 16)] == ['""'] * 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\tc", "a b c"),
        ("  a   b ", "a b"),
        ("=SUM(A1)", "SUM(A1)"),
        ("+@=x", "x"),
        ("-8 min", "-8 min"),
        ("a\x00b\x1fc\x85d", "a b c d"),
        ("x" * 50, "x" * 40),
        (None, "Bath assistance"),
    ],
)
def test_description_is_cleaned(text, expected):
    assert cell(13, service={"description_fr": text}) == expected


@pytest.mark.parametrize(("language", "expected"), [("FR", "Aide"), ("EN", "Help")])
def test_language(language, expected):
    one = charge(service={"description_fr": "Aide", "description_en": "Help"})
    assert f'"{expected}"' in lines([one], language=language)[0]


def test_missing_english_falls_back_to_french():
    one = charge(service={"description_fr": "Aide", "description_en": None})
    assert '"Aide"' in lines([one], language="EN")[0]


def test_total_is_before_the_discount():
    values = {"amount": "20.00", "discount": "4.00"}
    assert [cell(p, **values) for p in (4, 5, 6)] == ["24.00", "20.00", "4.00"]


def test_no_negative_zero():
    assert cell(5, amount="-0.00", unit_price="0") == "0.00"


def test_day_is_the_residences_own():
    assert cell(3, service_date="2025-11-04T03:30:00Z") == "20251103"


def test_an_identifier_is_never_cut():
    long = charge(resident={"external_id": "T" * 17})
    good = charge(id="900002")
    rendered = mdg.render(MDG_16, PARAMETERS, [long, good])
    assert rendered.misfits == {long.id: "too_wide external_id"}
    assert rendered.content == mdg.render(MDG_16, PARAMETERS, [good]).content


@pytest.mark.parametrize(
    ("text", "expected", "lossy"),
    [
        ("Crédit – soins", "Crédit – soins", False),
        ("Żurek ő", "Zurek o", False),
        ("soin ☂", "soin ?", True),
        ("Soins a\u0300 l'e\u0301tage", "Soins à l'étage", False),  # as a Mac writes
        ("ﬁn de ﬁlm", "fin de film", False),
        ("№ 5 q\u0303", "No 5 q", False),
    ],
)
def test_characters_the_encoding_lacks(text, expected, lossy):
    rendered = mdg.render(
        MDG_16, PARAMETERS, [charge(service={"description_fr": text})]
    )
    assert f'"{expected}"'.encode("cp1252") in rendered.content
    assert rendered.lossy == (["900001"] if lossy else [])


def test_dialect():
    layout = replace(
        MDG_16,
        separator=";",
        quote_all=False,
        decimal_sign=",",
        date_format="%d/%m/%Y",
        line_end="\n",
    )
    content = mdg.render(layout, PARAMETERS, example_charges()).content.decode("cp1252")
    first, second, _third, end = content.split("\n")
    assert first == (
        "12;T00123;03/11/2025;24,00;24,00;0,00;900001;4;GL4010;200120;;2,00;"
        "Aide au bain;;RV;RP"
    )
    assert '"Accompagnement ""à l\'acte"""' in second
    assert not end


def test_a_column_that_says_no_width_is_never_cut():
    columns = (
        Column("constant", "x" * 300),
        Column("field", "description"),
        Column("field", "amount", "decimal"),
    )
    text = "y" * 300
    written = mdg.render(
        Layout(columns), PARAMETERS, [charge(service={"description_fr": text})]
    )
    assert written.content.decode() == f'"{"x" * 300}","{text}","24.00"\r\n'


def test_byte_order_mark_only_when_asked_for():
    one = [charge()]
    marked = mdg.render(replace(MDG_16, encoding="utf-8-sig"), PARAMETERS, one)
    bare = mdg.render(replace(MDG_16, encoding="utf-8"), PARAMETERS, one)
    assert marked.content == b"\xef\xbb\xbf" + bare.content


def test_sale_and_payment_lines():
    columns = tuple(
        replace(column, kind="constant", source=kind, line_kind=kind)
        if column.source == "mdg_transaction_type"
        else column
        for column in COLUMNS_16[:14]
        for kind in (("V", "P") if column.source == "mdg_transaction_type" else ("",))
    )
    columns = tuple(c for c in columns if c.source != "amount") + (
        Column("field", "amount", "decimal", 14, "V"),
        Column("field", "amount", "decimal", 14, "P", negate=True),
        Column("parameter", "mdg_col15v", "text", 30, "V"),
        Column("parameter", "mdg_col15p", "text", 30, "P"),
    )
    sale, payment = lines([charge()], Layout(columns, ("V", "P")))
    assert sale.endswith('"24.00","RV"')
    assert payment.endswith('"-24.00","RP"')
    assert '"V"' in sale and '"P"' in payment
    assert sale.count(",") == payment.count(",") == 14


MOMENT = datetime(2025, 11, 21, 21, 30, 0)


@pytest.mark.parametrize(
    ("pattern", "vendor", "expected"),
    [
        (mdg.DEFAULT_PATTERN, "12", "MDG_12_20251121213000_01.csv"),
        (mdg.DEFAULT_PATTERN, "A/.. é12345678901234567890", None),
        ("{code}-{run}.csv", "", "ERA-7.csv"),
        ("{{x}}{seq:04d}.CSV", "", "{x}0001.CSV"),
    ],
)
def test_file_name(pattern, vendor, expected):
    name = mdg.file_name(pattern, vendor, "ERA", MOMENT, 1, 7)
    assert name == (expected or "MDG_A1234567890123456789_20251121213000_01.csv")
    assert mdg.temporary_name(name) == name[:-4] + ".tmp"


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("x.csv", "pattern_unique"),
        ("{vendor}.csv", "pattern_unique"),
        ("{seq}", "pattern_extension"),
        ("{seq}.txt", "pattern_extension"),
        ("../{seq}.csv", "pattern_character"),
        ("a:{seq}.csv", "pattern_character"),
        ("..{vendor:/>1}x{seq}.csv", "pattern_character"),  # of an empty vendor
        ("{vendor:/>9}{seq}.csv", "pattern_character"),
        ("x{code:/>15}{seq}.csv", "pattern_character"),
        ("{seq:/>4}.csv", "pattern_character"),
        (".{seq}.csv", "pattern_character"),
        ("{seq:0999999999d}.csv", "pattern_token"),
        ("{vendor:>99999999}{seq}.csv", "pattern_token"),
        ("x" * 250 + "{seq}.csv", "pattern_token"),
        ("{secret}{seq}.csv", "pattern_token"),
        ("{seq.__class__}.csv", "pattern_token"),
        ("{0}{seq}.csv", "pattern_token"),
        ("{seq:zz}.csv", "pattern_token"),
        ("{seq.csv", "pattern_token"),
    ],
)
def test_bad_patterns(pattern, code):
    with pytest.raises(mdg.MdgError) as caught:
        mdg.check_pattern(pattern)
    assert caught.value.code == code


def test_default_pattern_is_good():
    mdg.check_pattern(mdg.DEFAULT_PATTERN)


def test_layout_survives_json():
    layout = replace(MDG_16, line_kinds=("V", "P"), separator=";", line_end="\n")
    assert Layout.from_dict(json.loads(json.dumps(layout.to_dict()))) == layout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("= +SUM(A1)", "SUM(A1)"),  # the blank between must not shelter a formula
        ("＝SUM(A1)", "SUM(A1)"),  # nor a character that becomes one
        ("Soin ＂long＂", 'Soin ""long""'),
        ("deux\u2028lignes", "deux lignes"),
    ],
)
def test_description_cannot_break_out_of_its_cell(text, expected):
    (line,) = lines([charge(service={"description_fr": text})])
    assert f'"2.00","{expected}",""' in line


def test_a_letter_that_becomes_a_separator_is_quoted():
    layout = replace(MDG_16, quote_all=False)
    one = charge(service={"description_fr": "bain，douche"})
    assert '"bain,douche"' in lines([one], layout)[0]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
@pytest.mark.parametrize(
    "external_id", ["T00\n123", "T00\x00", "T00\ufffd", "T00\ud800"]
)
def test_an_identifier_is_never_altered(external_id, encoding):
    odd = charge(resident={"external_id": external_id})
    layout = replace(MDG_16, encoding=encoding)
    rendered = mdg.render(layout, PARAMETERS, [odd])
    assert rendered.misfits == {odd.id: "unwritable external_id"}
    assert rendered.content == b""


def test_an_identifier_the_encoding_lacks_is_left_out():
    odd = charge(resident={"external_id": "Ł00123"})
    assert mdg.render(MDG_16, PARAMETERS, [odd]).misfits == {
        odd.id: "unwritable external_id"
    }
    in_utf8 = mdg.render(replace(MDG_16, encoding="utf-8"), PARAMETERS, [odd])
    assert "Ł00123" in in_utf8.content.decode()


def test_parameters_stay_on_their_line():
    (line,) = lines([charge()], parameters=PARAMETERS | {"mdg_col11": "A\r\n\tB"})
    assert '"200120","A B","2.00"' in line


def test_a_parameter_the_encoding_lacks_is_told():
    odd = PARAMETERS | {"mdg_col11": "☂"}
    rendered = mdg.render(MDG_16, odd, [charge()])
    assert rendered.lossy == ["900001"]
    assert b'"200120","?","2.00"' in rendered.content
