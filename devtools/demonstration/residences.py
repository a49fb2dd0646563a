"""Three seniors' residences in Quebec, and the nights of their last five weeks.

SOFI is the simulator of the tests, in a thread of this process; each evening a few
services are accepted there, each night they are exported.
"""

from datetime import timedelta
from pathlib import Path

from odoo.fields import Command

from . import common, primmo, sofi


def build(env, today):
    """Build the group of residences with its nights.

    :param date today: the day after the history
    :return: [(what a person does, login)]
    """
    Group(env, today).live()
    return [("Residences: nights and files for Primmo", "residences")]


class Group:
    """The group, its residences and their nights."""

    def __init__(self, env, today):
        self.root, self.today = env, today
        self.first = today - timedelta(days=sofi.NIGHTS)

    def live(self):
        self.sofi = sofi.simulator(primmo.site)
        self.sofi.start()
        try:
            with common.day(self.first), common.alone(self.root):
                self.found()
            with common.day(self.first):
                self.import_lists()
            for back in range(sofi.NIGHTS, 0, -1):
                self.night(self.today - timedelta(days=back), back)
            self.synchronize()
        finally:
            self.sofi.close()

    def found(self):
        env = self.root
        house = common.company(
            env,
            "ca_2023",
            {
                "name": "Résidences du Saint-Laurent",
                "street": "1200, boulevard Champlain",
                "zip": "G1K 4H9",
                "city": "Québec",
                "country_id": env.ref("base.ca").id,
                "state_id": env.ref("base.state_ca_qc").id,
                "currency_id": env.ref("base.CAD").id,
            },
            "fr_FR",
        )
        director = common.person(
            env,
            "Diane Directrice",
            "residences",
            house,
            (
                "sofi_primmo.group_sofi_manager",
                "account.group_account_invoice",
                "exchange_run.group_exchange_manager",
            ),
            "fr_FR",
            "sofi_primmo.exchange_card_action",
        )
        self.own = common.as_user(env, director)
        own = env(context={"allowed_company_ids": house.ids})
        self.residences = own["sofi.residence"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "user_id": director.id,
                    "url": self.sofi.address(path),
                    "api_access_key": sofi.KEY,
                    "api_secret": sofi.SECRET,
                    "vendor_id": vendor,
                    "output_directory": f"{path}/output",
                    "create_output_directory": True,
                    "log_directory": f"{path}/log",
                    "company_id": house.id,
                }
                for path, name, code, vendor, _rooms in sofi.HOUSES
            ]
        )
        env.cr.commit()

    def import_lists(self):
        """Take over Primmo's lists of each residence."""
        for residence, (*_names, rooms) in zip(
            self.residences, sofi.HOUSES, strict=True
        ):
            for kind, rows in primmo.lists(rooms).items():
                run = self.own["primmo.import"].create(
                    {
                        "residence_id": residence.id,
                        "kind": kind,
                        "file": primmo.file(rows),
                        "file_name": f"{residence.code.lower()}_{kind}.csv",
                    }
                )
                run.with_context(exchange_inline=True).action_run()
        self.root.cr.commit()

    def synchronize(self):
        """Compare Primmo and SOFI: a first time applied, now previewed."""
        for days, residences in ((3, self.residences[1:]), (0, self.residences)):
            with common.day(self.today - timedelta(days=days), hour=4):
                sync = self.own["sofi.sync"].create(
                    {"residence_ids": [Command.set(residences.ids)]}
                )
                inline = sync.with_context(exchange_inline=True)
                inline.action_plan()
                if days:
                    inline.action_run()
        self.root.cr.commit()

    def night(self, date, back):
        """Accept a day's services, then export them; a server failed one night."""
        sofi.evening(self.sofi, date)
        if back == 9:
            self.sofi.faults.add(
                {"path": "", "residence": "jardins", "status": 403, "times": 10**6}
            )
        with common.day(date + timedelta(days=1), hour=3):
            self.root["sofi.export"]._run_at_night(self.residences)
            self.root.cr.commit()
            self.primmo_takes(keep=back <= 1)
        self.sofi.faults.clear()

    def primmo_takes(self, keep):
        """Let Primmo fetch the files of the night, but for the last one's."""
        if keep:
            return
        for file in self.root["sofi.export.file"].search([("date_taken", "=", False)]):
            for path in Path(file.directory).glob("*.csv") if file.directory else ():
                path.unlink()
        self.root["sofi.export.file"]._note_taken()
        self.root.cr.commit()
