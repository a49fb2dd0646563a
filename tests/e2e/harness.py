"""A person at the web client, as a Python object.

In a test::

    ADDONS = ["daycare"]      # what `./dev test` installs for this file; default: all

    def test_children(client):
        client.login("admin", "admin", lang="fr_FR")
        client.open_action("daycare.daycare_child_action")
        client.button("Nouveau")
        client.fill("Nom", "Muster")
        client.screenshot("child")

By hand, against a database of `./dev run -d DB` or `./dev shell -d DB`::

    .odoo/venv/bin/python -m tests.e2e.look DB daycare.daycare_child_action --lang fr_FR

Screenshots go to `.odoo/screenshots`. A test fails when the browser's console shows an
error; take an expected one out of `client.errors`.
"""

import os
import re
import time
from contextlib import contextmanager

from playwright.sync_api import Error, expect, sync_playwright

from devtools import paths, tools

TIMEOUT_MS = 60_000
#: The client is at rest when it has asked nothing of the server for so long.
QUIET_SECONDS = 0.3
SIZE = {"width": 1366, "height": 860}
#: Chromium must not look for its maker's servers at each start.
OFFLINE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-dev-shm-usage",
]
#: Requests that stay open on purpose.
LASTING = re.compile(r"/websocket|/bus/")
#: What the browser reports though nothing is wrong: requests ended by leaving a page.
HARMLESS = re.compile(
    r"net::ERR_ABORTED|Failed to load resource: net::ERR_NETWORK_CHANGED"
)


@contextmanager
def chromium(headless=True):
    """Run Debian's Chromium for as long as the block lasts.

    :return: Playwright's browser
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=tools.ensure("chromium"),
            headless=headless,
            args=OFFLINE,
            timeout=TIMEOUT_MS,
        )
        yield browser
        browser.close()


@contextmanager
def person(browser, url, **options):
    """Open a browser window of its own, with its own cookies, at an Odoo server.

    :param browser: from `chromium`
    :param str url: address of the server
    :param options: of Playwright's `new_context`
    :return: a `Client`
    """
    context = browser.new_context(
        **{"base_url": url, "viewport": SIZE, "accept_downloads": True, **options}
    )
    context.set_default_timeout(TIMEOUT_MS)
    yield Client(context.new_page(), url)
    context.close()


class Client:
    """One person's window.

    :ivar page: Playwright's page, for whatever is not here
    :ivar list errors: what the console and the page reported as errors
    """

    def __init__(self, page, url):
        self.page = page
        self.url = url
        self.errors = []
        self._open_requests = set()
        self._last_change = time.monotonic()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda r: self._on_request(r, True))
        page.on("requestfinished", lambda r: self._on_request(r, False))
        page.on("requestfailed", lambda r: self._on_request(r, False))

    def _on_console(self, message):
        if message.type == "error" and not HARMLESS.search(message.text):
            self.errors.append(message.text)

    def _on_request(self, request, begins):
        if LASTING.search(request.url):
            return
        change = self._open_requests.add if begins else self._open_requests.discard
        change(request)
        self._last_change = time.monotonic()

    def wait(self):
        """Wait until the client has asked nothing of the server for a moment.

        :raises TimeoutError: when it never comes to rest
        """
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
            quiet = time.monotonic() - self._last_change
            if not self._open_requests and quiet > QUIET_SECONDS:
                return
        raise TimeoutError(f"Still loading: {[r.url for r in self._open_requests]}")

    def login(self, user="admin", password="admin", lang="en_US"):
        """Log in and wait for the client.

        :param str lang: language to use from now on, such as "fr_FR"
        """
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("input[name=login]", user)
        self.page.fill("input[name=password]", password)
        self.page.click(".oe_login_form button[type=submit]")
        self.page.wait_for_selector(".o_web_client .o_main_navbar")
        [found] = self.call(
            "res.users", "search_read", [[("login", "=", user)], ["lang"]]
        )
        if found["lang"] != lang:
            self.call("res.users", "write", [found["id"], {"lang": lang}])
            self.page.reload()
            self.page.wait_for_selector(".o_web_client .o_main_navbar")
        self.wait()

    def call(self, model, method, args=(), kwargs=None):
        """Call a method of a model as the person logged in.

        :return: its result
        :raises AssertionError: when the server answers with an error
        """
        params = {"model": model, "method": method, "args": list(args)}
        params["kwargs"] = kwargs or {}
        answer = self.page.request.post(
            f"{self.url}/web/dataset/call_kw",
            data={"jsonrpc": "2.0", "method": "call", "params": params},
        ).json()
        assert "error" not in answer, answer.get("error")
        return answer["result"]

    def open(self, path):
        """Open a path of the server, such as "/odoo/contacts"."""
        self.page.goto(f"{self.url}{path}")
        self.page.wait_for_selector(".o_action_manager > *")
        self.wait()

    def open_action(self, xmlid, record=None, view=None):
        """Open an action by its external id, on one record if given."""
        path = f"/odoo/action-{xmlid}"
        path += f"/{record}" if record else ""
        self.open(path + (f"?view_type={view}" if view else ""))

    def open_menu(self, *names):
        """Open a menu by its names, from the app down."""
        app, *path = names
        self.page.locator(".o_navbar_apps_menu button").click()
        self.page.get_by_role("menuitem", name=app, exact=True).first.click()
        self.wait()
        for name in path:
            entry = self.page.locator(".o_menu_sections, .o-dropdown--menu")
            entry.get_by_text(name, exact=True).locator("visible=true").last.click()
            self.wait()

    def button(self, label):
        """Click the button with this label; in a dialog if one is open."""
        area = self._area()
        area.get_by_role("button", name=label, exact=True).locator(
            "visible=true"
        ).first.click()
        self.wait()

    def tab(self, label):
        """Show a tab of a form's notebook."""
        self._area().get_by_role("tab", name=label, exact=True).click()
        self.wait()

    def fill(self, label, value):
        """Type a value into the field with this label.

        A many2one takes the first suggestion, a selection the option of that label, a
        checkbox a truth value.
        """
        field = (
            self._area().get_by_label(label, exact=True).locator("visible=true").first
        )
        kind = field.evaluate("e => e.type || e.tagName")
        if kind == "checkbox":
            field.set_checked(bool(value))
        elif kind.startswith("select"):
            field.select_option(label=value)
        else:
            field.fill(str(value))
            if "o-autocomplete--input" in (field.get_attribute("class") or ""):
                self.page.locator(".o-autocomplete--dropdown-item").first.click()
            else:
                field.press("Tab")
        self.wait()

    def upload(self, field, path):
        """Put a file into the binary field of this technical name.

        The browser reads it before it asks the server anything, so the name tells when
        it is there.
        """
        box = self._area().locator(f".o_field_widget[name={field}]")
        box.locator("input[type=file]").set_input_files(str(path))
        expect(box.locator("input[type=text]")).to_have_value(
            os.path.basename(path), timeout=TIMEOUT_MS
        )
        self.wait()

    def download(self, label):
        """Click the button with this label and return the bytes it downloads."""
        with self.page.expect_download() as waiting:
            self._area().get_by_role("button", name=label, exact=True).first.click()
        return waiting.value.path().read_bytes()

    def row(self, text):
        """Open the row of a list, or the card of a kanban, that shows a text."""
        area = self._area()
        rows = area.locator(".o_data_row, .o_kanban_record").filter(has_text=text)
        cell = rows.first.locator(".o_data_cell:not(.o_boolean_cell)")
        (cell if cell.count() else rows).first.click()
        self.wait()

    def text(self, selector=".o_action_manager"):
        """Return what a part of the page says."""
        return self.page.locator(selector).first.inner_text()

    def field(self, name):
        """Return the field of this technical name, as Playwright's locator."""
        return self._area().locator(f".o_field_widget[name={name}]").first

    def screenshot(self, name, full=False):
        """Take a picture into `.odoo/screenshots` and return its path."""
        paths.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        file = paths.SCREENSHOTS / f"{name}.png"
        try:
            self.page.screenshot(path=file, full_page=full)
        except Error:  # a page that is just leaving: the next one is what we want
            self.wait()
            self.page.screenshot(path=file, full_page=full)
        return file

    def _area(self):
        """Return the open dialog, or the whole page."""
        dialog = self.page.locator(".modal.o_technical_modal:not(.o_inactive_modal)")
        return dialog.last if dialog.count() else self.page.locator("body")
