import base64
import csv
import io
import json
import zipfile
from pathlib import Path

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.exchange_run.tests.common import OneTransaction

SAMPLES = Path(__file__).parent / "samples"
V1 = json.loads((SAMPLES / "expected_preview.json").read_text(encoding="utf-8"))["v1"]
ENTITIES = {
    "guardian": "daycare.guardian",
    "child": "daycare.child",
    "link": "daycare.child.guardian",
    "income": "daycare.income",
    "billing_data": "daycare.billing.data",
    "sector": "daycare.sector",
    "sector_line": "daycare.sector.line",
}


def hours(clock):
    hour, minute = clock.split(":")
    return int(hour) + int(minute) / 60


@tagged("post_install", "-at_install")
class KibeImportCommon(OneTransaction, TransactionCase):
    """A company with the sample configuration, and an import-only user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company = cls.env["res.company"].create({"name": "Crèche des Pavillons"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls._make_structure()
        cls.clerk = new_test_user(
            cls.env,
            "kibe-clerk",
            "kibe_import.group_kibe_import_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="fr_FR",
        )

    @classmethod
    def _make_structure(cls):
        config = json.loads((SAMPLES / "odoo_config.json").read_text(encoding="utf-8"))
        departments = {
            vals["code"]: cls.env["daycare.department"].create(vals)
            for vals in config["departments"]
        }
        for group in config["groups"]:
            cls.env["daycare.group"].create(
                {
                    "code": group["code"],
                    "name": group["name"],
                    "department_id": departments[group["department"]].id,
                    "slot_ids": [
                        Command.create(
                            {
                                "number": number,
                                "hour_from": hours(begin),
                                "hour_to": hours(end),
                                "weight": group["weights"][str(number)],
                            }
                        )
                        for number, begin, end in group["slots"]
                    ],
                }
            )

    @classmethod
    def prepare(cls, raw, operation="test", user=None, **values):
        """Return an import that has not run.

        :param raw: bytes, or the name of a sample
        """
        name = "upload.zip"
        if isinstance(raw, str):
            name, raw = raw.rsplit("/", 1)[-1], (SAMPLES / raw).read_bytes()
        return (
            cls.env["kibe.import"]
            .with_user(user or cls.env.user)
            .create(
                {
                    "archive": base64.b64encode(raw),
                    "archive_name": name,
                    "date_journal": "2021-01-01",
                    "operation": operation,
                    "company_id": cls.company.id,
                    **values,
                }
            )
        )

    @classmethod
    def run_import(cls, raw, operation="test", user=None, **values):
        """Return an import that has run."""
        run = cls.prepare(raw, operation, user, **values)
        run.action_run()
        return run

    @classmethod
    def queue_import(cls, raw, operation="test", user=None, **values):
        """Return an import that was started as a browser does, which waits for it."""
        run = cls.prepare(raw, operation, user, **values)
        browser = {"exchange_background": True, "lang": run.env.user.lang}
        run.with_context(**browser).action_run()
        return run

    def counts(self):
        """Return {entity: number of records of the company}."""
        return {
            entity: self.env[model]
            .with_context(active_test=False)
            .search_count([("company_id", "=", self.company.id)])
            for entity, model in ENTITIES.items()
        }

    def guardian(self, kibe_id):
        return self.env["daycare.guardian"]._by_kibe_id([kibe_id], self.company)[
            kibe_id
        ]

    def child(self, kibe_id):
        return self.env["daycare.child"]._by_kibe_id([kibe_id], self.company)[kibe_id]

    def codes(self, run):
        return set(run.exchange_message_ids.mapped("code")) - {False}


def edited(*changes, drop=(), codes=None):
    """Return the sample with other cells.

    :param changes: (file, row, column, value); rows and columns count from 1, a row
        after the last one is added
    :param drop: (file, row) taken away
    :param dict codes: more codes of slots.xml -> numbers of their slots
    """
    with zipfile.ZipFile(SAMPLES / "kibe_sample.zip") as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    tables = {
        name: list(csv.reader(io.StringIO(raw.decode("iso-8859-1")), delimiter=";"))
        for name, raw in members.items()
        if name.endswith(".csv")
    }
    for file, row, column, value in changes:
        rows = tables[f"{file}.csv"]
        while len(rows) < row:
            rows.append([""] * len(rows[0]))
        rows[row - 1][column - 1] = value
    for file, row in sorted(drop, reverse=True):
        del tables[f"{file}.csv"][row - 1]
    for name, rows in tables.items():
        stream = io.StringIO()
        csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(rows)
        members[name] = stream.getvalue().encode("windows-1252")
    more = "".join(
        f'<Slot CodeKibeId="{code}" SlotSaiId="{numbers}" />'
        for code, numbers in (codes or {}).items()
    )
    members["slots.xml"] = members["slots.xml"].replace(
        b"</Slots>", more.encode("iso-8859-1") + b"</Slots>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return stream.getvalue()
