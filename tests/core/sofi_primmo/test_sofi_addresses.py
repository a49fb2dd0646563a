"""Addresses that a residence may not have: spec 3.1."""

import socket

import pytest
from sofi_primmo_core import exceptions as exc
from sofi_primmo_core.api_client import SofiClient
from sofi_primmo_core.transport import check_form, check_url, site
from sofi_samples import KEY, SECRET


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com", "url_scheme"),
        ("ftp://example.com", "url_scheme"),
        ("file:///etc/passwd", "url"),
        ("https://user:pw@example.com", "url"),
        ("https://:pw@example.com", "url"),
        ("https://example.com/?x=1", "url"),
        ("https://example.com:99999", "url"),
        ("https://[::1", "url"),
        (f"https://{'a' * 70}.com", "url"),
        ("https://10.0.0.1", "url_private"),
        ("https://169.254.169.254", "url_private"),
        ("https://[::ffff:10.0.0.1]", "url_private"),
        ("https://2852039166", "url_private"),
        ("https://0xA9FEA9FE", "url_private"),
        ("https://0x7f.1", "url_private"),
        ("https://169.254.43518", "url_private"),
        ("https://012.0.0.1", "url_private"),
        ("", "url"),
        (None, "url"),
    ],
)
def test_hostile_addresses(url, code):
    with pytest.raises(exc.SofiConfigError) as caught:
        check_url(url)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "url",
    [
        "https://Site.Telemedic.ca",
        "HTTPS://SITE.telemedic.ca/",
        "https://site.telemedic.ca:443//",
        "https://site.telemedic.ca.",
        "http://site.telemedic.ca",
        "  https://site.telemedic.ca/ ",
    ],
)
def test_one_site_however_it_is_spelled(url):
    assert site(url) == "site.telemedic.ca"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://site.ca:8443", "site.ca:8443"),
        ("https://site.ca/Tour-A/", "site.ca/Tour-A"),
        ("https://site.ca/tour%2Da", "site.ca/tour-a"),
        ("https://site.ca/a b", "site.ca/a%20b"),
        ("https://site.ca/./tour-a", "site.ca/tour-a"),
        ("https://site.ca/x/%2E%2e/tour-a/.", "site.ca/tour-a"),
        ("https://site.ca/../..", "site.ca"),
        ("https://érables.ca/x", "xn--rables-9ua.ca/x"),
        ("http://127.0.0.1:8766/dup/", "localhost:8766/dup"),
        ("http://[::1]:8766/dup", "localhost:8766/dup"),
        ("https://[::1", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_other_sites_stay_apart(url, expected):
    assert site(url) == expected


@pytest.mark.parametrize("url", ["ftp://a.ca", "http://a.ca", "5", "https://10.0.0.1"])
def test_the_form_of_an_address_is_checked_without_network(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with pytest.raises(exc.SofiConfigError):
        check_form(url)
    check_form("https://name.that.nobody.has.example")


def test_internal_addresses_can_be_allowed():
    check_url("https://10.0.0.1", allow_private=True)
    check_url("http://127.0.0.1:8766/erables")


def resolve_to(monkeypatch, address):
    """Let every name lead to an address, as its owner may decide at any moment."""

    def getaddrinfo(_host, port, *_args, **_options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port)))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    ("allow_private", "error"),
    [(False, exc.SofiConfigError), (True, exc.SofiTransient)],
)
def test_a_name_that_leads_home_later_is_refused_before_anything_is_sent(
    simulator, monkeypatch, allow_private, error
):
    port = simulator.url.rpartition(":")[2]
    url = f"https://sofi.example.com:{port}/erables"
    resolve_to(monkeypatch, "93.184.215.14")
    check_url(url)  # public when the residence was set up
    resolve_to(monkeypatch, "127.0.0.1")
    client = SofiClient(url, KEY, SECRET, pauses=(), allow_private=allow_private)
    # where it is allowed, the simulator answers without TLS
    with client, pytest.raises(error) as caught:
        client.login()
    if not allow_private:
        assert caught.value.code == "url_private"
    assert not simulator.residence("erables").requests


@pytest.mark.parametrize("allow_private", [False, True])
def test_services_of_the_cloud_are_refused_in_every_mode(monkeypatch, allow_private):
    with pytest.raises(exc.SofiConfigError):
        check_form("https://169.254.169.254", allow_private)
    resolve_to(monkeypatch, "169.254.169.254")
    url = "https://sofi.example.com/erables"
    client = SofiClient(url, KEY, SECRET, pauses=(), allow_private=allow_private)
    with client, pytest.raises(exc.SofiConfigError) as caught:
        client.login()
    assert caught.value.code == "url_private"
