"""A clerk with the import rights only, in French: test, look, generate, go wrong."""

import base64

import pytest

from devtools import paths

ADDONS = ["kibe_import"]
SAMPLES = paths.ROOT / "addons" / "kibe_import" / "tests" / "samples"
CLERK = "kibe-clerk"


@pytest.fixture
def clerk(client):
    """The client of a user who may import and nothing else."""
    client.login()
    group = client.call(
        "ir.model.data",
        "search_read",
        [[("module", "=", "kibe_import"), ("name", "=", "group_kibe_import_user")]],
        {"fields": ["res_id"]},
    )[0]["res_id"]
    client.call(
        "base.language.install", "create", [[{"lang_ids": [(6, 0, _french(client))]}]]
    )
    if not client.call("res.users", "search", [[("login", "=", CLERK)]]):
        client.call(
            "res.users",
            "create",
            [
                {
                    "name": "Claire Commis",
                    "login": CLERK,
                    "password": CLERK,
                    "lang": "fr_FR",
                    "group_ids": [(6, 0, [group])],
                }
            ],
        )
    client.page.context.clear_cookies()
    client.login(CLERK, CLERK, lang="fr_FR")
    return client


def _french(client):
    domain = [("code", "=", "fr_FR"), ("active", "in", [True, False])]
    return client.call("res.lang", "search", [domain])


def new_import(client, file):
    client.open_action("kibe_import.kibe_import_action")
    client.button("Nouveau")
    client.upload("archive", SAMPLES / file)
    client.field("date_journal").locator("button, input").first.click()
    client.page.keyboard.type("01.01.2021")
    client.page.keyboard.press("Tab")
    client.wait()


def open_number(client, entity, action):
    """Open the list behind a number of the first grid, with the keyboard alone."""
    args = f'["create", "{entity}", "{action}"]'
    number = client.page.locator(f"button[data-args='{args}']")
    number.focus()
    client.page.keyboard.press("Enter")
    client.wait()


def test_import_from_upload_to_records(clerk):
    new_import(clerk, "kibe_sample.zip")
    clerk.screenshot("kibe-upload")
    clerk.button("Test de l'importation")
    shown = clerk.text(".o_form_sheet")
    assert "Générer avec écrasement" in shown
    assert "Intervenants" in shown
    clerk.screenshot("kibe-preview", full=True)
    clerk.page.locator("button[name=action_view_lines]").click()
    clerk.wait()
    clerk.screenshot("kibe-before-after")
    clerk.page.go_back()
    clerk.wait()
    open_number(clerk, "guardian", "created")
    assert "Intervenants – Créés" in clerk.text(".o_breadcrumb")
    assert clerk.page.locator(".o_data_row").count() == 4
    clerk.screenshot("kibe-number")
    clerk.page.go_back()
    clerk.wait()
    assert not clerk.page.get_by_role("button", name="Générer", exact=True).count()
    assert "Importer malgré ces avertissements" in clerk.text(".alert-warning")
    clerk.fill("Importer malgré ces avertissements", True)
    clerk.button("Générer")
    assert "Terminé" in clerk.text(".o_statusbar_status")
    clerk.screenshot("kibe-done", full=True)
    children = clerk.call(
        "daycare.child",
        "search_read",
        [[("kibe_id", "in", ["10000", "11110"])], ["name"]],
    )
    assert sorted(child["name"] for child in children) == [
        "Colin Summer",
        "Melody Mory",
    ]


def test_bad_deliveries_say_what_to_do(clerk):
    new_import(clerk, "bad/v04_date_31_02.zip")
    clerk.button("Test de l'importation")
    clerk.page.get_by_role("tab").nth(1).click()
    clerk.wait()
    assert "la date 31.02.2020 n'existe pas" in clerk.text(".o_form_sheet")
    clerk.screenshot("kibe-bad-row", full=True)
    assert "Erreurs\u00a0: 1. Corrigez-les" in clerk.text(".alert-warning")
    assert not clerk.page.get_by_role("button", name="Générer", exact=True).count()
    new_import(clerk, "bad/z01_not_a_zip.zip")
    clerk.button("Test de l'importation")
    assert "n'est ni une archive ZIP ni un classeur Excel" in clerk.text(
        ".alert-danger"
    )
    clerk.screenshot("kibe-not-a-zip")


def test_unknown_group_is_mapped_from_its_message(clerk):
    new_import(clerk, "bad/p01_unknown_group.zip")
    clerk.button("Test de l'importation")
    clerk.page.locator("button[name=action_view_messages]").click()
    clerk.wait()
    header = clerk.page.locator(".o_group_header").filter(has_text="P01")
    assert "C – Erreur · P01" in header.inner_text()
    header.click()
    clerk.wait()
    clerk.page.locator("button[name=action_kibe_fix]").first.click()
    clerk.wait()
    clerk.screenshot("kibe-correspondence")
    clerk.fill("Groupe", "NUR1")
    clerk.button("Enregistrer")
    clerk.button("Analyser à nouveau")
    assert "P01" not in clerk.text(".o_list_table")
    clerk.page.locator(".o_breadcrumb a, .breadcrumb a").last.click()
    clerk.wait()
    assert "Erreurs: " not in clerk.text(".o_form_view")


def test_error_report_downloads(clerk):
    new_import(clerk, "bad/v04_date_31_02.zip")
    clerk.button("Test de l'importation")
    with clerk.page.expect_download() as waiting:
        clerk.page.locator("button[name=action_download_report]").click()
    content = waiting.value.path().read_bytes()
    assert content[:4] == b"PK\x03\x04", base64.b64encode(content[:20])
