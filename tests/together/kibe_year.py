"""Run in Odoo's shell, behind the village and its mailbox: a centre's year.

Month after month Kibé delivers, something is wrong with the delivery, the clerk mends
it, invoices, sends by a mail server that really listens, takes payments in. Prints one
JSON object for `test_kibe_year.py`: what the documents say, and the second calculation.
"""

import base64
import copy
import json
import logging
import os
from datetime import timedelta

import openpyxl
from aiosmtpd.controller import Controller
from freezegun import freeze_time

from odoo.fields import Command

MONTHS = int(os.environ.get("KIBE_YEAR", "4"))
#: The mails of these months leave; each takes a PDF from wkhtmltopdf.
MAILED = range(1, 13) if MONTHS == 12 else (2,)
GRID = ((6.5, 7.5), (7.5, 9), (9, 11), (12.5, 14.5), (14.5, 16.5), (16.5, 18.5))
FAMILIES = ("anna@rossi.example", "eva@mueller.example", "john@smith.example")


class Year:
    """The clerk's year.

    :param env: the administrator's environment, of Odoo's shell
    """

    def __init__(self, env):
        self.village = found_village()  # noqa: F821 - the file before this one
        self.box = Mailbox()  # noqa: F821
        self.seen = {"months": [], "codes": {}, "setup": [], "refused": []}
        self.posted = {}
        self.env = self.set_up(env)

    # === SETUP ===

    def set_up(self, env):
        """Begin with a company that has nothing, and follow the checklist."""
        swiss = {
            "name": "Crèche de l'année",
            "street": "Rue du Lac 3",
            "zip": "1004",
            "city": "Lausanne",
            "country_id": env.ref("base.ch").id,
        }
        if MONTHS == 12:
            company = env.company
            company.write(swiss)
            settings = env["res.config.settings"].create({"chart_template": "ch"})
            settings.execute()
        else:
            company = env["res.company"].create(swiss)
            for chart in ("generic_coa", "ch"):
                env["account.chart.template"].try_loading(
                    chart, company, install_demo=False
                )
        groups = (
            "daycare.group_daycare_manager",
            "daycare.group_daycare_billing",
            "kibe_import.group_kibe_import_manager",
            "account.group_account_invoice",
        )
        clerk = env["res.users"].create(
            {
                "name": "Chantal",
                "login": "chantal",
                "email": "office@centre.example",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.link(env.ref(name).id) for name in groups],
            }
        )
        own = env(user=clerk, context={"allowed_company_ids": company.ids})
        self.note_setup(own)
        env["res.partner.bank"].create(
            {
                "acc_number": "CH4431999123000889012",
                "partner_id": company.partner_id.id,
                "company_id": company.id,
                "allow_out_payment": True,
            }
        )
        setup = own["daycare.setup"].browse(
            own["daycare.setup"].action_open()["res_id"]
        )
        setup.action_fix()
        self.note_setup(own)
        self.found_groups(own)
        self.note_setup(own)
        self.server = Controller(self.box, hostname="127.0.0.1", port=free_port())  # noqa: F821
        self.server.start()
        # what the demonstration left in the queue is none of the centre's
        env["mail.mail"].search([("state", "=", "outgoing")]).cancel()
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "smtp_host": "127.0.0.1",
                "smtp_port": self.server.port,
            }
        )
        # the paper's styles come from a server that runs beside this script
        env["ir.config_parameter"].set_param("report.url", os.environ["KIBE_YEAR_URL"])
        env.cr.commit()
        return own

    def note_setup(self, env):
        setup = env["daycare.setup"].browse(
            env["daycare.setup"].action_open()["res_id"]
        )
        points = setup.step_ids.filtered(lambda step: not step.done)
        self.seen["setup"].append(sorted(points.mapped("code")))

    def found_groups(self, env):
        slots, hours = env["daycare.department"].create(
            [
                {"code": "PRE", "name": "Préscolaire", "mode": "slots"},
                {"code": "PARA", "name": "Parascolaire", "mode": "hours"},
            ]
        )
        env["daycare.group"].create(
            [
                {
                    "code": "NUR1",
                    "name": "Nurserie",
                    "department_id": slots.id,
                    "slot_ids": [
                        Command.create(
                            {
                                "number": number,
                                "hour_from": begin,
                                "hour_to": end,
                                "weight": SHARES[number],  # noqa: F821
                            }
                        )
                        for number, (begin, end) in enumerate(GRID, 1)
                    ],
                },
                {"code": "PAR1", "name": "Ecoliers", "department_id": hours.id},
            ]
        )
        env["daycare.tariff"].create(
            {
                "name": "Barème",
                "date_from": "2020-01-01",
                "month_method": "actual",
                "sibling_mode": "from_second",
                "sibling_ids": [Command.create({"rank": 2, "percent": 30})],
                "bracket_ids": [
                    Command.create({"income_from": start, "price": float(price)})
                    for start, price in PRICES  # noqa: F821
                ],
            }
        )

    # === A DELIVERY ===

    def deliver(self, month, raw, operation="overwrite", name="livraison.zip", **vals):
        """Upload, test, decide, import: what the buttons of the form do.

        :return: the import, and the codes its test gave
        """
        run = self.env["kibe.import"].create(
            {
                "archive": base64.b64encode(raw),
                "archive_name": name,
                "date_journal": f"{YEAR}-{month:02d}-01",  # noqa: F821
                **vals,
            }
        )
        run.action_test()
        codes = set(run.exchange_message_ids.mapped("code"))
        self.seen["codes"].setdefault(month, set()).update(codes)
        if run.absent_count and not run.absent_action:
            run.absent_action = "leave"
            run.action_test()
        run.confirm_warnings = True
        getattr(
            run, {"create": "action_generate"}.get(operation, f"action_{operation}")
        )()
        if run.imported:
            self.last = raw
        elif operation != "test":
            self.seen["refused"].append([month, run.refusal or run.state])
        self.env.cr.commit()
        return run

    def must(self, run):
        """Say which delivery that should have been imported was not."""
        if not run.imported:
            texts = run.exchange_message_ids.mapped("text")
            raise AssertionError((run.date_journal, run.refusal, texts))
        return run

    def month_of_deliveries(self, month):
        """Play the accident of a month; in the end the village's data are here."""
        village = self.village
        accident = getattr(self, f"accident_{month}", None)
        if accident:
            return accident(month)
        village.learn(month)
        return self.must(self.deliver(month, packed(village.tables())))  # noqa: F821

    def accident_1(self, month):
        """The first delivery: only what is new."""
        self.village.learn(month)
        raw = packed(self.village.tables())  # noqa: F821
        self.must(self.deliver(month, raw, "create"))

    def accident_2(self, month):
        """Kibé exported everything twice, and numbers lost or gained zeros."""
        self.village.learn(month)
        tables = self.village.tables()
        twice = {name: [*rows, *rows] for name, rows in tables.items()}
        twice["enfants"][0] = ["0" + twice["enfants"][0][0], *twice["enfants"][0][1:]]
        first = {
            **twice,
            "enfants": [r for r in twice["enfants"] if not r[0].startswith("0")],
        }
        self.deliver(month, packed(twice))  # noqa: F821
        self.must(self.deliver(month, packed(first)))  # noqa: F821

    def accident_3(self, month):
        """A child is missing, another one's week was different since February."""
        begin, end, week = self.village.children["10005"]["pages"][0]
        self.village.children["10005"]["pages"] = [
            (begin, date(YEAR, 2, 14), week),  # noqa: F821
            (date(YEAR, 2, 15), end, {2: ("07:01:00", "17:00:00")}),  # noqa: F821
        ]
        self.village.learn(month)
        self.village.gone = {"10003"}
        self.must(self.deliver(month, packed(self.village.tables())))  # noqa: F821
        self.village.gone = set()

    def accident_4(self, month):
        """The wrong year: in a placement, and as the journal date."""
        self.village.learn(month)
        tables = self.village.tables()
        wrong = copy.deepcopy(tables)
        wrong["prestations"][0][4] = f"31.07.{YEAR - 10}"  # noqa: F821
        self.deliver(month, packed(wrong))  # noqa: F821
        run = self.env["kibe.import"].create(
            {
                "archive": base64.b64encode(packed(tables)),  # noqa: F821
                "archive_name": "livraison.zip",
                "date_journal": f"{YEAR - 2}-04-01",  # noqa: F821
            }
        )
        run.action_test()
        self.seen["codes"][month].update(run.exchange_message_ids.mapped("code"))
        try:
            run.action_overwrite()
        except Exception as error:
            self.seen["refused"].append([month, str(error)])
        self.must(self.deliver(month, packed(tables)))  # noqa: F821

    def accident_5(self, month):
        """Last month's file is tested; from now on the commune pays for a child."""
        self.deliver(month, self.last, "test")
        self.village.children["10003"]["debtor"] = "1900"
        self.village.learn(month)
        self.must(self.deliver(month, packed(self.village.tables())))  # noqa: F821

    def accident_6(self, month):
        """Evenings until midnight, which Excel takes for a day of its own."""
        begin, end, _week = self.village.children["10005"]["pages"].pop()
        self.village.children["10005"]["pages"] += [
            (begin, date(YEAR, 5, 31), {2: ("07:01:00", "17:00:00")}),  # noqa: F821
            (date(YEAR, 6, 1), end, {4: ("17:15:00", "24:00:00")}),  # noqa: F821
        ]
        self.village.learn(month)
        raw = self.workbook(self.village.tables(), midnight=True)
        self.must(self.deliver(month, raw, name="livraison.xlsx"))

    def accident_7(self, month):
        """The centre's old workbook was left in the archive."""
        self.village.learn(month)
        tables = self.village.tables()
        old = self.workbook(tables)
        self.deliver(month, packed(tables, livraison__xlsx=old))  # noqa: F821
        lock = {"~$livraison__xlsx": b"x"}
        self.must(self.deliver(month, packed(tables, **lock)))  # noqa: F821

    def accident_8(self, month):
        """A new school year: other weeks, a new child, a payer in France."""
        new, end = date(YEAR, 8, 1), date(YEAR, 12, 31)  # noqa: F821
        kids = self.village.children
        for child in kids.values():
            week = child["pages"][-1][2]
            child["pages"].append((new, end, week))
        kids["10001"]["pages"][-1] = (new, end, {0: "Pré : JOURNEE", 2: "Pré : MATIN"})
        kids["10006"] = {
            **kids["10003"],
            "name": ("Noé", "Favre"),
            "born": date(YEAR - 1, 9, 9),  # noqa: F821
            "pages": [(date(YEAR, 8, 11), end, {0: "Pré : JOURNEE"})],  # noqa: F821
            "debtor": "1003",
        }
        kids["10005"]["debtor"] = "1901"
        self.village.learn(month)
        self.must(self.deliver(month, packed(self.village.tables())))  # noqa: F821

    def accident_9(self, month):
        """A workbook whose formulas nobody has calculated."""
        self.village.now["1004"] = 5200
        self.village.learn(month)
        tables = self.village.tables()
        raw = self.workbook(tables, formula=True)
        self.deliver(month, raw, name="livraison.xlsx")
        self.must(self.deliver(month, self.workbook(tables), name="livraison.xlsx"))

    def accident_10(self, month):
        """An income loses its last digit, and the price with it."""
        self.village.now["1001"] = 540
        self.village.learn(month)
        self.must(self.deliver(month, packed(self.village.tables())))  # noqa: F821

    def accident_11(self, month):
        """The income is put right by hand; a child left, another's number is wrong."""
        day = date(YEAR, 10, 1)  # noqa: F821
        [wrong] = self.env["daycare.income"].search(
            [("guardian_id.kibe_id", "=", "1001"), ("date_from", "=", day)]
        )
        wrong.amount = 5400
        self.village.now["1001"] = 5400
        pages = self.village.incomes["1001"]
        pages[-1] = (day, 5400)
        self.village.learn(month)
        self.village.gone = {"10004"}
        tables = self.village.tables()
        ends = {"absent_action": "end", "absent_until": f"{YEAR}-10-15"}  # noqa: F821
        wrong = copy.deepcopy(tables)
        wrong["enfants"][0][0] = "1000I"
        self.deliver(month, packed(wrong), skip_error_rows=True, **ends)  # noqa: F821
        self.must(self.deliver(month, packed(tables), **ends))  # noqa: F821
        kid, last = self.village.children["10004"], date(YEAR, 10, 15)  # noqa: F821
        kid["pages"] = [(a, min(b, last), w) for a, b, w in kid["pages"] if a <= last]

    def accident_12(self, month):
        """The file is exchanged after its test; then the right one comes twice."""
        self.village.learn(month)
        right = packed(self.village.tables())  # noqa: F821
        wrong = copy.deepcopy(self.village)
        wrong.children["10001"]["pages"] = []
        run = self.deliver(month, right, "test")
        run.archive = base64.b64encode(packed(wrong.tables()))  # noqa: F821
        run.confirm_warnings = True
        run.action_overwrite()
        codes = run.exchange_message_ids.mapped("code")
        self.seen["codes"][month].update(codes)
        self.seen["refused"].append([month, run.state])
        self.must(self.deliver(month, right))
        self.must(self.deliver(month, right))

    def workbook(self, tables, midnight=False, formula=False):
        """Return the delivery as a workbook; a midnight is Excel's, not a text."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in tables.items():
            sheet = book.create_sheet(name)
            for row in [HEADS[name].split(";"), *rows]:  # noqa: F821
                sheet.append([None if cell == "" else cell for cell in row])
            for row in sheet.iter_rows(min_row=2):
                for cell in row:
                    if midnight and cell.value == "24:00:00":
                        cell.value, cell.number_format = timedelta(days=1), "[h]:mm"
                    if formula and name == "intervenants" and cell.column == 17:
                        cell.value = f"={cell.value}*1"
        stream = io.BytesIO()  # noqa: F821
        book.save(stream)
        return stream.getvalue()

    # === A MONTH ===

    def play(self, month):
        day = date(YEAR, month, 1)  # noqa: F821
        with freeze_time(f"{day} 08:00:00", ignore=["asyncio", "aiosmtpd"]):
            self.month_of_deliveries(month)
            run = self.env["daycare.billing.run"].create(
                {"month": day, "invoice_date": day}
            )
            run.action_compute()
            run.action_invoice()
            run.action_post()
            self.env.cr.commit()
            wanted = self.village.bill(month)
            self.note_month(month, run, wanted)
            self.settle(month, run)
            self.env.cr.commit()
        if month in MAILED:
            self.send(month, run)
            self.env.cr.commit()

    def note_month(self, month, run, wanted):
        found = {}
        for move in run.move_ids:
            who = self.env["daycare.guardian"].search(
                [("partner_id", "=", move.partner_id.id)]
            )
            sign = -1 if move.move_type == "out_refund" else 1
            found[who.kibe_id] = str(round(sign * move.amount_total, 2))
        self.seen["months"].append(
            {
                "month": month,
                "stage": run.stage,
                "found": found,
                "wanted": {who: str(float(amount)) for who, amount in wanted.items()},
                "findings": sorted(
                    set(run.exchange_message_ids.mapped("code")) - {False}
                ),
                "currencies": run.move_ids.currency_id.mapped("name"),
            }
        )

    def settle(self, month, run):
        """Take payments in, but for one family's; make a gesture once."""
        for move in run.move_ids.filtered(lambda m: m.move_type == "out_invoice"):
            who = self.env["daycare.guardian"].search(
                [("partner_id", "=", move.partner_id.id)]
            )
            if month == 2 and who.kibe_id == "1003":
                note = move._reverse_moves()
                note.invoice_line_ids = [
                    Command.clear(),
                    Command.create(
                        {"name": "Geste", "quantity": 1, "price_unit": 12.35}
                    ),
                ]
                note.action_post()
                (note | move).line_ids.filtered(
                    lambda item: item.display_type == "payment_term"
                ).reconcile()
            if month == 3 and who.kibe_id == "1005":
                continue
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({}).action_create_payments()

    def send(self, month, run):
        """Send by the button, Odoo's wizard and its schedules; then print the rest."""
        self.box.letters.clear()
        self.box.unknown = {"john@smith.example"} if month in (2, 3) else set()
        waiting = self.waiting(run)
        if waiting[0]:
            action = run.action_send()
            wizard = self.env[action["res_model"]].with_context(**action["context"])
            wizard.create({}).action_send_and_print()
            self.env.cr.commit()
            # sudo: as the schedules, which may do everything
            root = self.env(user=1)
            root.ref("account.ir_cron_account_move_send").method_direct_trigger()
            root.cr.commit()
            root["mail.mail"].process_email_queue()
            root.cr.commit()
        after = self.waiting(run)
        failed = len(run.move_ids.filtered("daycare_mail_failure"))
        bounced = None
        if month == 4:
            bounced = self.bounce(run)
        if sum(self.waiting(run)):
            run.action_print()
        self.seen["months"][-1]["mail"] = {
            "waiting": waiting,
            "letters": sorted(w for w, _letter in self.box.letters if w in FAMILIES),
            "after": after,
            "failed": failed,
            "bounced": bounced,
            "printed": self.waiting(run),
            "moves": len(run.move_ids),
        }

    def bounce(self, run):
        """Give a letter back days after it was taken."""
        before = self.waiting(run)
        eva = "eva@mueller.example"
        for letter in [letter for who, letter in self.box.letters if who == eva]:
            bounce = BOUNCE.format(  # noqa: F821
                address=eva, message_id=letter["Message-Id"]
            )
            self.env(user=1)["mail.thread"].message_process(None, bounce.encode())
        self.env.cr.commit()
        return [before, self.waiting(run)]

    def waiting(self, run):
        self.env.invalidate_all()
        return [run.send_count, run.print_count]

    # === THE PAPERS ===

    def attest(self):
        """Return what the attestations of the year say, and the ledger."""
        self.env.invalidate_all()
        paper = self.env["daycare.attestation"].create({"year": YEAR})  # noqa: F821
        wanted = self.village.owed_by()
        if MONTHS >= 2:
            wanted["1003", "10003"] -= Fraction("12.35")  # noqa: F821
        pages = paper._pages()
        self.seen["attestation"] = {
            "found": sorted(
                [page["debtor"].kibe_id, page["child"].kibe_id, str(page["total"])]
                for page in pages
            ),
            "wanted": sorted(
                [*key, str(float(total))] for key, total in wanted.items()
            ),
        }
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", ("out_invoice", "out_refund")),
                ("display_type", "=", "product"),
            ]
        )
        self.seen["ledger"] = str(round(-sum(items.mapped("balance")), 2))
        care = items.filtered("daycare_billing_line_id")
        self.seen["accounts"] = sorted(set(care.account_id.mapped("code")))
        paper.paid_only = True
        self.seen["left_out"] = sorted(
            {
                move.partner_id.name
                for page in paper._pages()
                for move, _amount in page["left_out"]
            }
        )


logging.getLogger("odoo.addons.mail.models.mail_mail").setLevel(logging.CRITICAL)
year = Year(env)  # noqa: F821 - given by Odoo's shell
try:
    for number in range(1, MONTHS + 1):
        year.play(number)
    year.attest()
finally:
    year.server.stop()
year.seen["codes"] = {k: sorted(v - {False}) for k, v in year.seen["codes"].items()}
print("YEAR " + json.dumps(year.seen, default=str))
