"""Every code of section 3 has a fixture."""

import pathlib
import re

from .kit import MESSAGES, V1_CODES


def test_every_code_has_a_fixture():
    """The table of section 3 and these tests speak of the same codes.

    "S01" is the action «skipped» itself; "U01" to "U05" belong to the operator and
    are tested with the model.
    """
    here = pathlib.Path(__file__)
    model = here.parents[3] / "addons" / "kibe_import" / "tests"
    sources = [*here.parent.glob("test_*.py"), *model.glob("test_*.py")]
    sources.remove(here.with_name("test_messages.py"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    manifest = (model / "samples" / "bad" / "manifest.json").read_text(encoding="utf-8")
    named = set(re.findall(r'"([A-Z]\d\d)"', text + manifest)) | V1_CODES
    assert set(MESSAGES) - named == set()
