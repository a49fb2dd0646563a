"""Who sees a NAM, and for how long (spec 12)."""

from base64 import b64encode
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common_convention import ConventionCase

NAM, LIST_HEAD = "TREJ38040719", "Numéro;Nom;Prénom;Naissance;NAM"
LIST = f"{LIST_HEAD}\nT1;Tremblay;Jean;1938-04-07;{NAM}\n"


@tagged("post_install", "-at_install")
class TestPrivacy(ConventionCase):
    def user(self, login, *groups):
        """Create a user of some of our groups."""
        names = ",".join(f"sofi_primmo.group_sofi_{group}" for group in groups)
        return new_test_user(self.env, login, groups=names)

    def upload(self, text=LIST, **values):
        """Upload a list."""
        return self.env["primmo.import"].create(
            {
                "residence_id": self.residence.id,
                "file": b64encode(text.encode()),
                "file_name": "list.csv",
                **values,
            }
        )

    def accesses(self):
        return self.env["primmo.nam.access"].search([])

    # --- Reading -----------------------------------------------------------------

    def test_nam_is_masked_and_each_access_is_kept(self):
        tenant = self.tenant("T1")
        manager = self.user("sofi_pm", "manager")
        seen = tenant.with_user(manager)
        self.assertEqual(seen.nam_masked, "TREJ ••••••••")
        with self.assertRaises(AccessError):
            seen.action_show_nam()
        self.assertFalse(self.accesses())
        nurse = self.user("sofi_nam", "viewer", "nam")
        shown = tenant.with_user(nurse).action_show_nam()
        self.assertEqual(shown["params"]["message"], NAM)
        row = {"tenant_id": tenant.id, "user_id": nurse.id}
        self.assertRecordValues(self.accesses(), [row])

    def test_no_door_gives_a_nam_without_a_trace(self):
        """Fields with NAMs x ways to read x users, those who may see NAMs included."""
        self.residence.write_to_sofi = True
        tenant = self.tenant("T00123", language="En")
        tenant.nam = "TREJ38040700"
        line = self.line(tenant)
        run = self.upload()
        secrets = [
            (tenant, "nam"),
            (tenant, "nam_previous"),
            (line.resident_id, "nam"),
            (line, "changes"),
            (run, "list_file"),
        ]
        doors = {
            "read": lambda r, name: r.read([name]),
            "search_read": lambda r, name: r.search_read([], [name]),
            "search": lambda r, name: r.search([(name, "=like", "TREJ%")]),
            "order": lambda r, name: r.search([], order=name),
            "export": lambda r, name: r.export_data([name]),
            "group": lambda r, name: r.formatted_read_group([], [name], ["__count"]),
            "web_read": lambda r, name: r.web_read({name: {}}),
        }
        everybody = self.user("sofi_all", "administrator", "nam")
        everybody.group_ids |= self.env.ref("base.group_system")
        for user in (everybody, self.user("sofi_n", "viewer", "nam")):
            for record, name in secrets:
                for door, read in doors.items():
                    if name == "list_file" and door in ("search", "order", "group"):
                        continue  # Odoo compares no files
                    where = {"user": user.login, "field": str(record._fields[name])}
                    with self.subTest(door=door, **where):
                        with self.assertRaises(UserError):  # an AccessError is one
                            read(record.with_user(user), name)

    def test_uploaded_list_is_not_given_back(self):
        operator = self.user("sofi_op", "operator")
        run = (
            self.env["primmo.import"]
            .with_user(operator)
            .create(
                {
                    "residence_id": self.residence.id,
                    "file": b64encode(LIST.encode()),
                    "file_name": "list.csv",
                }
            )
        )
        self.assertFalse(run.file)
        self.assertTrue(run.has_list)
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", run._name), ("res_id", "=", run.id)]
            + [("res_field", "=", "list_file")]
        )
        self.assertEqual(attachment.raw.decode(), LIST)
        with self.assertRaises(AccessError):
            attachment.with_user(operator).read(["raw"])
        run.action_run()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        self.assertEqual(self.residence.tenant_ids.external_id, "T1")

    def test_proposed_nam_can_be_looked_up_for_the_to_do_list(self):
        tenant = self.tenant("T9", last_name="Nouveau", nam=False)
        line = self.line(tenant)
        nurse = self.user("sofi_nam", "viewer", "nam")
        shown = line.with_user(nurse).action_show_nam()["params"]["message"]
        self.assertEqual(shown, "Primmo: NOUJ38040700 (temporary, proposed) – SOFI: –")
        self.assertEqual(self.accesses().user_id, nurse)
        with self.assertRaises(AccessError):
            line.with_user(self.user("sofi_op", "operator")).action_show_nam()

    def test_nam_stands_neither_in_findings_nor_in_logs(self):
        self.tenant("T1", nam="TREJ38130711")
        sync = self.preview()
        text = " ".join(sync.exchange_message_ids.mapped("text"))
        details = self.residence.convention_issue_ids.mapped("detail")
        self.assertNotIn("TREJ", text + " ".join(filter(None, details)))

    # --- Forgetting --------------------------------------------------------------

    @freeze_time("2026-02-03 12:00", tick=True)
    def test_lists_are_deleted_some_time_after_their_import(self):
        old, recent, waiting = self.upload(), self.upload(), self.upload()
        bad = self.upload(LIST + "T2;Roy;Lise;7 avril;\n")
        old.action_run()
        recent.action_run()
        waiting.action_plan()
        bad.action_plan()
        self.assertTrue(bad.exchange_message_ids.mapped("value"))
        self.env.flush_all()
        long_ago = fields.Datetime.now() - timedelta(days=31)
        self.env.cr.execute(
            "UPDATE primmo_import SET write_date = %s WHERE id = ANY(%s)",
            [long_ago, (old | waiting | bad).ids],
        )
        self.env.invalidate_all()
        self.env["primmo.import"]._gc_lists()
        gone = old | waiting | bad
        self.assertFalse(gone.filtered("has_list"))
        self.assertEqual(set(gone.mapped("list_deleted_date")), {fields.Date.today()})
        self.assertTrue(recent.has_list)
        chunks = self.env["exchange.chunk"].search(gone._own_rows())
        self.assertNotIn("Tremblay", str(chunks.mapped("payload")))
        self.assertFalse(any(gone.exchange_message_ids.mapped("value")))
        self.assertEqual(waiting.state, "cancelled")
        waiting.action_draft()
        with self.assertRaisesRegex(UserError, "Upload it again"):
            waiting.action_plan()

    def forget(self):
        """Import, synchronize and export somebody who left long ago; forget him."""
        self.upload().action_run()
        tenant = self.residence.tenant_ids.filtered(lambda t: t.external_id == "T1")
        tenant.write(
            {
                "external_id": "T00123",
                "sex": "M",
                "language": "Fr",
                "accepted": True,
                "entry_date": "2016-01-01",
                "unit": "204",
            }
        )
        resident = self.simulator.residence("erables").one("residents", "551")
        resident["nam"] = "TREJ38040700"
        self.line(tenant)
        sync = self.preview()
        self.assertIn(NAM, str(self.line(tenant, sync).sudo().changes))
        sync.action_run()
        sync._log("warning", "About", value=tenant.display_name, record=tenant)
        tenant.action_create_customer()
        tenant.departure_date = "2019-01-01"
        self.env["ir.attachment"].create(
            {"name": "t", "raw": b"x", "res_model": tenant._name, "res_id": tenant.id}
        )
        self.env["mail.message"].create(
            {"model": tenant._name, "res_id": tenant.id, "body": "Jean Tremblay"}
        )
        self.residence._check_convention()
        self.export()
        self.env["primmo.tenant"]._gc_departed()
        return tenant

    def test_people_are_forgotten_after_the_retention(self):
        stays = self.tenant("T2", departure_date=fields.Date.today(), nam=False)
        tenant = self.forget()
        self.assertTrue(tenant.anonymized)
        self.assertEqual(stays.last_name, "Tremblay")
        mine = self.env["sofi.charge"].search([("external_id", "=", "T00123")])
        self.assertFalse(any(mine.mapped("resident_name")))
        self.assertTrue(sum(mine.mapped("amount")))

    def test_nothing_is_proposed_for_a_forgotten_person(self):
        """Neither a NAM made of a number nor a customer called by it."""
        tenant = self.forget()
        tenant.partner_id = False
        tenant.action_create_customer()
        tenant.action_propose_temporary_nam()
        self.assertFalse(tenant.partner_id or tenant.nam)
        arch = etree.fromstring(tenant.get_view(view_type="form")["arch"])
        for name in ("action_propose_temporary_nam", "action_create_customer"):
            (button,) = arch.xpath(f"//button[@name='{name}']")
            self.assertIn("anonymized", button.get("invisible"))

    def test_no_copy_of_a_forgotten_person_is_left(self):
        """All tables of the database."""
        elsewhere = [("residence_id", "!=", self.residence.id)]
        # The demonstration knows the same Jean Tremblay.
        self.env["primmo.tenant"].search(elsewhere).unlink()
        named = self.upload(file_name="TREMBLAY Jean.csv")
        other = self.upload(file_name="October.csv")
        tenant = self.forget()
        self.assertEqual((named.file_name, other.file_name), (False, "October.csv"))
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT table_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name = 'id'
                  AND (table_name ~ '^(primmo|sofi|exchange|account_billing|mail_)'
                       OR table_name = 'ir_attachment')
                  AND table_name NOT IN ('sofi_api_name')"""
        )
        tables = [row[0] for row in self.env.cr.fetchall()]
        self.assertIn("sofi_sync_line", tables)
        for table in tables:
            self.env.cr.execute(
                f"SELECT id FROM {table} t WHERE t::text ~ '(TREJ3804|1938-04-07)'"  # noqa: S608
            )
            with self.subTest(table=table):
                self.assertFalse(self.env.cr.fetchall())
        for model in ("ir.attachment", "mail.message", "exchange.message"):
            name = "model" if model == "mail.message" else "res_model"
            domain = [(name, "=", tenant._name), ("res_id", "=", tenant.id)]
            Model = self.env[model].with_context(active_test=False)
            self.assertFalse(Model.search(domain))
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "primmo.import"), ("res_field", "!=", False)]
        )
        self.assertFalse(files)

    def test_sofis_list_does_not_bring_a_forgotten_person_back(self):
        tenant = self.forget()
        resident = self.simulator.residence("erables").one("residents", "551")
        resident["status"] = "departed"
        self.preview()
        Resident = self.env["sofi.resident"].with_context(active_test=False)
        mirror = Resident.search([("sofi_id", "=", "551")])
        self.assertFalse(mirror.nam or mirror.last_name or mirror.active)
        self.assertFalse(tenant.resident_id)
        resident["status"] = "active"
        self.preview()
        self.assertEqual((mirror.last_name, mirror.active), ("Tremblay", True))

    def test_a_later_list_does_not_bring_a_forgotten_person_back(self):
        tenant = self.forget()
        text = f"{LIST_HEAD}\nT00123;Tremblay;Jean;1938-04-07;{NAM}\n"
        run = self.upload(text)
        run.action_run()
        self.assertFalse(tenant.nam or tenant.active)
        [told] = run.exchange_message_ids
        self.assertEqual((told.code, told.row), ("anonymized", 2))
        self.assertEqual(run.counters["primmo.tenant"]["skip"], 1)
        manager = self.user("sofi_ma", "manager")
        with self.assertRaises(AccessError):
            tenant.with_user(manager).action_lift_anonymization()
        tenant.action_lift_anonymization()
        self.upload(text).action_run()
        self.assertEqual((tenant.nam, tenant.active), (NAM, True))
