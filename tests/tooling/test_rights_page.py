"""The page of rights is the one that the table of the tests gives."""

from devtools import rights_page


def test_the_page_is_made_of_the_table():
    assert rights_page.PAGE.read_text(encoding="utf-8") == rights_page.page(), (
        "run python -m devtools.rights_page"
    )
