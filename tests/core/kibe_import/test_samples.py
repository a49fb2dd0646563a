"""The delivered samples against their manifests."""

import json
import zipfile

import pytest

from .changes import CONSEQUENCES
from .kit import EXPECTED, SAMPLES, V1_CODES, analysis, run

V1 = EXPECTED["v1"]
MANIFEST = json.loads((SAMPLES / "bad" / "manifest.json").read_text(encoding="utf-8"))
CONTAINERS = [
    "kibe_sample.zip",
    "kibe_sample_contrats9.zip",
    "kibe_sample_workbook.zip",
    "kibe_sample.xlsx",
    "kibe_sample.xls",
]


@pytest.fixture(scope="module")
def mappings():
    with zipfile.ZipFile(SAMPLES / "kibe_sample.zip") as archive:
        return {key: archive.read(f"{key}.xml") for key in ("groups", "slots")}


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", CONTAINERS)
def test_first_delivery_gives_the_expected_preview(name, overwrite, mappings):
    extra = {} if name.endswith(".zip") else mappings
    result = run(name, overwrite=overwrite, **extra)
    expected = dict(V1["mode2"])
    assert not expected.pop("errors")
    ignored = expected.pop("rows_ignored")
    assert result.counters == expected
    counts = analysis.row_counts(result.found)
    assert {name: row["read"] for name, row in counts.items()} == {
        name: number for name, number in V1["rows"].items() if name in counts
    }
    assert sum(row["ignored"] for row in counts.values()) == ignored
    codes = [issue.code for issue in result.issues]
    counted = {code: n for row in V1["issues"].values() for code, n in row.items()}
    assert {code: codes.count(code) for code in codes if code != "Z11"} == counted


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_bad_delivery_gives_exactly_its_codes(name):
    result = run(f"bad/{name}")
    severities = {issue.code: issue.severity for issue in result.issues}
    found = {
        code
        for code in result.new_codes - CONSEQUENCES
        # the borderline good ones may inform
        if MANIFEST[name]["severity"] != "OK" or severities[code] != "I"
    }
    assert found == set(MANIFEST[name]["codes"])
    for code in found:
        assert severities[code] == MANIFEST[name]["severity"]


def test_every_message_names_its_place():
    for name in MANIFEST:
        for issue in run(f"bad/{name}").issues:
            if issue.severity in "BR":
                assert issue.file, (name, issue)
            if issue.severity == "R":
                assert issue.row, (name, issue)


def test_baseline_is_the_sample():
    assert run("kibe_sample.zip").codes == V1_CODES
