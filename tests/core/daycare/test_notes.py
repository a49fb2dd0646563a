"""Pictures in notes: those of the house stay, others tell who reads."""

import pytest

from tests_core_loader import load_core

load_core("daycare")

from daycare_core.notes import local_images  # noqa: E402

OWN = '<p>Ill <img src="/web/image/7-ab/x.png" alt="x"> today</p>'


@pytest.mark.parametrize(
    "image",
    [
        '<img src="http://spy.example/a.png">',
        "<IMG SRC='https://spy.example/a.png'/>",
        "<img src=//spy.example/a.png>",
        '<img src="file:///etc/hosts">',
        '<img alt="x" src=" http://spy.example/a" width="1">',
        '<img src="/web/image/7" srcset="http://spy.example/a 2x">',
        "<img>",
    ],
)
def test_pictures_from_elsewhere_go(image):
    assert local_images(f"<p>a{image}b</p>") == "<p>ab</p>"


def test_own_pictures_and_texts_stay():
    drawn = '<p><img src="data:image/png;base64,AAAA"></p>'
    for html in (OWN, drawn, "<p>img src=http://a</p>", "", None):
        assert local_images(html) == (html or "")


def test_style_fetches_nothing():
    html = '<p style="background: url(http://spy.example/a)">x</p>'
    assert "spy" not in local_images(html)
