"""Files are known by their content."""

import pytest

from tests_core_loader import load_core

load_core("daycare_portal")

from daycare_portal_core.upload import MAX_BYTES, fault, kind  # noqa: E402


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"%PDF-1.7\n...", "pdf"),
        (b"\xff\xd8\xff\xe0...", "jpg"),
        (b"\x89PNG\r\n\x1a\n...", "png"),
        (b"<svg onload='x'/>", None),
        (b"<html>%PDF-1.7", None),
        (b" %PDF-1.7", None),
        (b"PK\x03\x04", None),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_the_content_says_what_a_file_is(content, ending):
    assert kind(content) == ending


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", None),
        (b"GIF89a", "kind"),
        (b"%PDF-".ljust(MAX_BYTES, b"x"), None),
        (b"%PDF-".ljust(MAX_BYTES + 1, b"x"), "large"),
    ],
)
def test_what_is_not_taken(content, expected):
    assert fault(content) == expected
