"""A night of twelve residences: folders, SFTP and S3, and all that may go wrong."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.sofi_primmo.core.transport import Transport

from ..core.s3 import S3 as S3Place
from ..core.sftp import Sftp
from .common import DeliveryCase, storage_servers

CHARGES = 30
FOLDERS = [f"dossier{n}" for n in range(1, 5)]
SFTP = [f"sftp{n}" for n in range(1, 5)]
S3 = [f"stockage{n}" for n in range(1, 5)]
#: Of the four of each kind, these have another server than their neighbours.
CUT_SFTP, CUT_S3 = "sftp2", "stockage3"
DIFFERS, LATE = "dossier2", "dossier4"
WELL = {*FOLDERS, *SFTP, *S3} - {CUT_SFTP, CUT_S3, DIFFERS, LATE}


@tagged("post_install", "-at_install")
class TestNightOfTwelve(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.residence.active = False
        self.person = new_test_user(
            self.env,
            "directrice",
            groups="sofi_primmo.group_sofi_manager",
            email="directrice@residences.example",
            lang="fr_FR",
        )
        self.residences = {}
        for name in (*FOLDERS, *SFTP, *S3):
            residence = self.make_generated(name, CHARGES)
            residence.write({"user_id": self.person.id, "vendor_id": name})
            self.residences[name] = residence
        self.own_ways = {}
        for name in SFTP:
            self.deliver_to(self.residences[name], "sftp", name)
        for name in S3:
            self.deliver_to(self.residences[name], "s3", name)
        for name, protocol in ((CUT_SFTP, "sftp"), (CUT_S3, "s3")):
            self.give_way_of_its_own(name, protocol)
        self.env["mail.mail"].search([]).unlink()

    def give_way_of_its_own(self, name, protocol):
        """Let a residence deliver to a server that can be cut without the others."""
        way = storage_servers.CutWay(self.servers[protocol].port)
        self.addCleanup(way.close)
        storage = self.make_storage(protocol, way, f"own_{protocol}")
        self.residences[name].storage_id = storage
        self.own_ways[name] = way

    def cut_in_mid_transfer(self):
        """Let the two ways be cut while their first file is on it.

        :return: the patches, to be stopped
        """
        patches = []
        for name, kind in ((CUT_SFTP, Sftp), (CUT_S3, S3Place)):

            def write(place, file, content, name=name, original=kind.write_new):
                if place.directory.endswith(name):
                    self.own_ways[name].cut_after(len(content) // 2)
                return original(place, file, content)

            patches.append(patch.object(kind, "write_new", write))
            patches[-1].start()
        return patches

    def let_one_differ(self):
        """Let SOFI change a charge of one residence while it is archived."""
        charges = self.simulator.residence(DIFFERS).charges

        def once(transport, method, path, options, original=Transport._once):
            if DIFFERS in transport._url and path.endswith("/charges/archive"):
                charges["00000003"]["amount"] = "1.00"
            return original(transport, method, path, options)

        self.startPatcher(patch.object(Transport, "_once", once))

    def there(self, name):
        """Return {name: bytes} of what lies where a residence's files go."""
        if name in SFTP:
            return self.delivered("sftp", name)
        if name in S3:
            return self.delivered("s3", name)
        folder = self.root / name / "output"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def states(self):
        """Return {name: what the card of the morning says}."""
        self.env.invalidate_all()
        return {
            name: residence.with_user(self.person).morning_state
            for name, residence in self.residences.items()
        }

    def mail(self):
        """Return the e-mail of the morning, which is one."""
        before = self.env["mail.mail"].search([])
        self.env["sofi.morning"]._cron_morning()
        [mail] = self.env["mail.mail"].search([]) - before
        return mail

    def assertProvedOnce(self, names):
        """Each file lies there once, whole, read back; each charge is archived once."""
        for name in names:
            [file] = self.residences[name].export_file_ids
            content = file._content()
            self.assertEqual(self.there(name), {file.name: content}, name)
            self.assertEqual((file.state, file.line_count), ("done", CHARGES), name)
            self.assertTrue(file.date_proved, name)
            times = self.simulator.residence(name).archived_times
            self.assertEqual(len(times), CHARGES, name)
            self.assertEqual(set(times.values()), {1}, name)

    def test_the_night(self):
        self.residences[LATE].active = False  # the night does not see it
        patches = self.cut_in_mid_transfer()
        self.let_one_differ()
        self.env["sofi.export"]._cron_export()
        run = self.env["sofi.export"].search([("nightly", "=", True)], limit=1)
        self.residences[LATE].active = True
        self.assertEqual(run.state, "partial", run.log_text)

        expected = dict.fromkeys(WELL, "waiting") | {
            CUT_SFTP: "unsettled",
            CUT_S3: "unsettled",
            DIFFERS: "unsettled",
            LATE: "late",
        }
        found = self.states()
        self.assertEqual(found, expected | {n: found[n] for n in WELL}, run.log_text)
        self.assertLessEqual({found[n] for n in WELL}, {"waiting", "fine"})
        self.assertProvedOnce([*WELL, DIFFERS])
        for name in (CUT_SFTP, CUT_S3):
            self.assertIn("a été coupée", run.with_context(lang="fr_FR").log_text)
            self.assertFalse([n for n in self.there(name) if n.endswith(".csv")], name)
            self.assertFalse(self.simulator.residence(name).archived_times, name)

        mail = self.mail()
        self.assertIn("4", mail.subject)
        for name in (CUT_SFTP, CUT_S3, DIFFERS, LATE):
            self.assertIn(name.title(), mail.body_html)
        for name in WELL:
            self.assertNotIn(name.title(), mail.body_html)
        # An activity each for what happened, to their own person.
        self.assertEqual(run.activity_ids.user_id, self.person)

        for each in patches:
            each.stop()
        for way in self.own_ways.values():
            way.cut_after(None)
        run.date_end = fields.Datetime.now() - timedelta(hours=2)
        self.env["sofi.export"]._cron_retry()
        self.assertEqual(run.retry_count, 1)
        self.assertProvedOnce([*WELL, DIFFERS, CUT_SFTP, CUT_S3])
        self.assertEqual(run.state, "partial", "the difference is for a person")
        run.with_user(self.person).action_accept_differences()
        self.assertEqual(run.state, "done", run.log_text)

        late = self.export(self.residences[LATE])
        self.assertEqual(late.state, "done", late.log_text)
        self.assertProvedOnce(self.residences)
        self.assertLessEqual(set(self.states().values()), {"waiting", "fine"})

        for name in self.residences:  # Primmo takes them all
            [file] = self.residences[name].export_file_ids
            if name in FOLDERS:
                (self.root / name / "output" / file.name).unlink()
            else:
                self.servers["sftp" if name in SFTP else "s3"].take(name, file.name)
        self.env["sofi.export"]._cron_retry()
        files = self.env["sofi.export.file"].search(
            [("residence_id", "in", [r.id for r in self.residences.values()])]
        )
        self.assertEqual(len(files), 12)
        self.assertTrue(all(file.date_taken for file in files))
        self.assertEqual(set(self.states().values()), {"fine"})
