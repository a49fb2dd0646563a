"""The script's config.json, read and written."""

import json

import pytest
from sofi_primmo_core import config_file
from sofi_primmo_core.config_file import ConfigFileError

ONE = {"url": "https://a.example.com", "apiaccesskey": "k", "apisecret": "s"}
TWO = {"url": "https://b.example.com"}


def load(*companies, **options):
    data = {"Companies": list(companies), **options}
    return config_file.load(json.dumps(data).encode())


def test_what_a_company_says_and_what_all_share():
    own = {
        **ONE,
        "PrimmoBilling": {"VendorId": 12, "MdgFormatCol09": "x", "Odd": 1},
        "DryRun": True,
    }
    found = load(
        own,
        TWO,
        StartDate="2025-11-01",
        Language="en",
        FileLogging={"FilePath": "logs"},
        New=1,
    )
    one, two = found.entries
    assert (one["url"], one["api_access_key"], one["api_secret"]) == (
        "https://a.example.com",
        "k",
        "s",
    )
    assert (one["vendor_id"], one["mdg_col09"]) == ("12", "x")
    assert [e["start_date"] for e in (one, two)] == ["2025-11-01"] * 2
    assert [e["language"] for e in (one, two)] == ["EN"] * 2
    assert [e["log_directory"] for e in (one, two)] == ["logs"] * 2
    assert [e["dry_run"] for e in (one, two)] == [True, False]
    assert found.unknown == ["New", "Companies[0].PrimmoBilling.Odd"]


def test_what_nobody_says():
    [entry] = load(ONE).entries
    assert entry.items() >= config_file.DEFAULTS.items()


@pytest.mark.parametrize(
    ("told", "folder"), [("", ""), (None, "output"), ("x", "x"), (7, "7")]
)
def test_no_folder_and_the_default_one(told, folder):
    [entry] = load(ONE, OutputDirectory=told).entries
    assert entry["output_directory"] == folder


@pytest.mark.parametrize(
    ("told", "folder"), [("", "log"), (None, "log"), ({}, "log"), ("x", "x")]
)
def test_folder_of_the_log(told, folder):
    [entry] = load(ONE, FileLogging=told).entries
    assert entry["log_directory"] == folder


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"{", "json", "1:2"),
        (b'{"a":\n!}', "json", "2:1"),
        (b"\xff", "json", "1:1"),
        (b"[" * 200_000, "json", "1:1"),
        (b"[]", "companies", "Companies"),
        (b"{}", "companies", "Companies"),
        (b'{"Companies": []}', "companies", "Companies"),
        (b'{"Companies": {}}', "companies", "Companies"),
        (b'{"Companies": [1]}', "companies", "Companies[0]"),
        (b'{"Companies": [{}]}', "url", "Companies[0].url"),
    ],
)
def test_files_that_cannot_be_read(content, code, place):
    with pytest.raises(ConfigFileError) as caught:
        config_file.load(content)
    assert (caught.value.code, str(caught.value)) == (code, place)


@pytest.mark.parametrize(
    ("company", "options", "code", "place"),
    [
        ({"PrimmoBilling": [1]}, {}, "value", "Companies[0].PrimmoBilling"),
        (
            {"PrimmoBilling": {"VendorId": True}},
            {},
            "value",
            "Companies[0].PrimmoBilling.VendorId",
        ),
        ({"url": 1.5}, {}, "value", "Companies[0].url"),
        ({}, {"DryRun": "yes"}, "value", "DryRun"),
        ({"DryRun": 1}, {}, "value", "Companies[0].DryRun"),
        ({}, {"Language": "de"}, "language", "Language"),
        ({}, {"OutputDirectory": []}, "value", "OutputDirectory"),
        ({}, {"FileLogging": 1.5}, "value", "FileLogging.FilePath"),
    ],
)
def test_values_that_are_none(company, options, code, place):
    with pytest.raises(ConfigFileError) as caught:
        load({**ONE, **company}, **options)
    assert (caught.value.code, str(caught.value)) == (code, place)


def test_one_site_stands_there_once():
    with pytest.raises(ConfigFileError) as caught:
        load(ONE, TWO, {"url": "HTTPS://A.example.com/"})
    error = caught.value
    assert (error.code, str(error), error.other) == (
        "twice",
        "Companies[2].url",
        "Companies[0].url",
    )


def test_a_file_is_written_as_it_was_read():
    data = {
        "Companies": [
            {**ONE, "PrimmoBilling": {"VendorId": "12"}, "DryRun": True},
            {**TWO, "EndDate": "2025-12-31"},
        ],
        "Language": "EN",
        "FileLogging": {"FilePath": "logs"},
    }
    entries = config_file.load(json.dumps(data).encode()).entries
    written = config_file.dump(entries, with_secrets=True)
    assert config_file.load(written).entries == [
        {**dict.fromkeys(config_file.BILLING_KEYS.values()), **entries[0]},
        {
            **dict.fromkeys(config_file.COMPANY_KEYS.values()),
            **dict.fromkeys(config_file.BILLING_KEYS.values()),
            **entries[1],
        },
    ]
    top = json.loads(written)
    assert (top["Language"], top["FileLogging"]) == ("EN", {"FilePath": "logs"})
    assert not {"StartDate", "EndDate", "DryRun", "OutputDirectory"} & set(top)
    assert [c.get("DryRun") for c in top["Companies"]] == [True, None]
    assert [c.get("EndDate") for c in top["Companies"]] == [None, "2025-12-31"]
    assert "Language" not in top["Companies"][0]
    assert json.loads(config_file.dump([])) == {"Companies": []}


def test_secrets_are_left_out():
    written = json.loads(config_file.dump(load(ONE).entries))
    assert set(written["Companies"][0]) == {"url", "PrimmoBilling"}


@pytest.mark.parametrize(
    ("path", "windows"),
    [("C:/x", True), ("a\\b", True), ("/srv/x", False), ("x", False)],
)
def test_paths_of_windows(path, windows):
    assert config_file.is_windows_path(path) is windows
