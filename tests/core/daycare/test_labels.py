"""Labels of lists."""

from tests_core_loader import load_core

load_core("daycare")

from daycare_core.text import label_index  # noqa: E402


def test_first_row_keeps_a_label():
    index = label_index([(["Français", "fr"], 1), (["FRANCAIS", ""], 2)])
    assert index == {"francais": 1, "fr": 1}
