"""The page of access is the one that the table of the tests gives."""

from devtools import access_page


def test_the_page_is_made_of_the_table():
    page = access_page.page(access_page.table())
    assert access_page.PAGE.read_text(encoding="utf-8") == page, (
        "run python -m devtools.access_page"
    )
