"""`./dev pictures`: what the guides and the addons' pages show, made anew.

The living demonstration is opened as the people of its companies, in English.
"""

import io

from . import database, living, paths, picture_screens, server, templates
from .console import say, step

NAME = "pictures"
SIZE = {"width": 1360, "height": 860}
#: Colours of a picture: a screen needs few, and its file stays small.
COLOURS = 128
#: bytes that a picture may have
MOST = 120_000
DOCS = paths.ROOT / "docs" / "pictures"
#: addon: who looks, and the steps of `tests.e2e.look` to what its page shows
ADDONS = {
    "account_billing_run": (
        "scheme_accountant",
        ("openimis_payable.account_move_bill_action", "row:Draft"),
    ),
    "daycare": ("creche", ("daycare.daycare_occupancy_action",)),
    "daycare_billing": (
        "creche",
        ("daycare_billing.action_daycare_billing_run", "row:Computed"),
    ),
    "exchange_run": ("residences", ("exchange_run.exchange_job_action",)),
    "kibe_import": ("creche", ("kibe_import.kibe_import_action", "row:Tested")),
    "openimis_fhir": (
        "scheme_accountant",
        ("openimis_fhir.openimis_connection_action", "row:openIMIS of the region"),
    ),
    "openimis_payable": (
        "scheme_accountant",
        (
            "openimis_payable.openimis_closing_action",
            "row:Planned",
            "tab:Candidates",
        ),
    ),
    "sofi_primmo": ("residences", ("sofi_primmo.sofi_export_action", "row:Partial")),
}
#: further pictures of the documentation: the start pages
PAGES = {
    "overview_daycare": ("creche", ("daycare.exchange_card_action",)),
    "overview_jobs": ("residences", ("exchange_run.exchange_card_action",)),
    "overview_openimis": ("scheme_clerk", ("openimis_payable.exchange_card_action",)),
    "overview_sofi": ("residences", ("sofi_primmo.exchange_card_action",)),
}


def targets():
    """Return what is taken: {file: (login, steps)}."""
    description = "static/description/screenshot.png"
    return {
        **{paths.ADDONS / name / description: how for name, how in ADDONS.items()},
        **{DOCS / f"{name}.png": how for name, how in PAGES.items()},
    }


def make(source):
    """Take each picture, where Odoo and the documentation look for it.

    :param Path source: folder that holds the package `odoo`
    """
    # Playwright is there once the virtual environment is.
    from tests.e2e.harness import chromium, person
    from tests.e2e.look import take

    templates.clone(living.template(source), NAME)
    log = paths.LOGS / f"{NAME}.log"
    options = (NAME, server.free_port(), log, "--max-cron-threads=0")
    try:
        with server.serving(*options) as odoo, chromium() as browser:
            for file, (login, steps) in targets().items():
                with (
                    step(str(file.relative_to(paths.ROOT))),
                    person(browser, odoo.url, viewport=SIZE) as client,
                ):
                    client.login(login, login)
                    for one in steps:
                        take(client, one)
                    client.page.mouse.move(0, 0)
                    _keep(client.page.screenshot(), file)
    finally:
        database.drop(NAME)
    picture_screens.keep(screens())


def screens():
    """Return {file below the project's folder: digest of the screen it shows}."""
    return {
        str(file.relative_to(paths.ROOT)): picture_screens.digest(steps[0])
        for file, (_login, steps) in targets().items()
    }


def _keep(raw, file):
    """Write a picture in few colours."""
    from PIL import Image

    picture = Image.open(io.BytesIO(raw)).convert("RGB")
    small = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    file.parent.mkdir(exist_ok=True)
    small.save(file, optimize=True)
    if (size := file.stat().st_size) > MOST:
        say(f"  {size // 1000} kB is more than the {MOST // 1000} kB of a picture")
