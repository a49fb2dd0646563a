"""Which screens the pictures show, and whether one has changed since it was taken.

What a screen is made of is read from the addons' files: the views of its model, in
every addon that stands on Odoo alone, and the scripts and styles of the addon that
opens it. A new Odoo makes no picture old, and neither does a guided tour.
"""

import hashlib
import json
from functools import cache
from xml.etree import ElementTree

from . import addons, paths

FILE = paths.ROOT / "docs" / "pictures" / "screens.json"
#: What a start page shows beyond its view: the cards, and what they tell.
CARDS = "exchange.card"


def digest(action):
    """Return what tells one state of a screen from another.

    :param str action: external identifier of the action that opens the screen
    :rtype: str
    """
    addon, name = action.split(".")
    model = _model_of(addon, name)
    parts = [_text(record) for _addon, record in _records() if _shows(record, model)]
    folder = paths.ADDONS / addon / "static" / "src"
    files = [file for file in folder.rglob("*.*") if "tours" not in file.parts]
    if model == CARDS:
        files.append(paths.ADDONS / addon / "models" / "exchange_card.py")
    parts += [file.read_text() for file in sorted(files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def taken():
    """Return {file below the project's folder: digest of the screen it shows}."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def keep(digests):
    """Write down which screens the pictures show now.

    :param dict digests: {file below the project's folder: digest}
    """
    text = json.dumps(digests, indent=2, sort_keys=True)
    FILE.write_text(f"{text}\n", encoding="utf-8")


def _model_of(addon, name):
    """Return the model that an action shows; None for one of the client's own."""
    for where, record in _records():
        if (where, record.get("id")) == (addon, name):
            return record.findtext("field[@name='res_model']")
    raise LookupError(f"{addon}.{name}")


@cache
def _records():
    """Return (addon, record) of all data files of the addons on Odoo alone."""
    found = []
    for addon in addons.standard():
        for name in addons.manifest(addon)["data"]:
            if not name.endswith(".xml"):
                continue
            tree = ElementTree.parse(paths.ADDONS / addon / name)
            found += [(addon, record) for record in tree.iter("record")]
    return found


def _shows(record, model):
    """Tell whether a record is a view of a model, or one of the cards."""
    if record.get("model") == CARDS:
        return model == CARDS
    is_view = record.get("model") == "ir.ui.view"
    return is_view and record.findtext("field[@name='model']") == model


def _text(record):
    """Return a record's text, however it is laid out."""
    raw = ElementTree.tostring(record, encoding="unicode")
    return ElementTree.canonicalize(raw, strip_text=True)
