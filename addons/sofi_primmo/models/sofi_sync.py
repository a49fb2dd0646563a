from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core import exceptions as exc
from ..core.read_ahead import Job, ReadAhead
from .sofi_residence_connection import SofiUserError

MANAGER = "sofi_primmo.group_sofi_manager"
#: States of lines whose work is not over; one that is being sent may be in SOFI.
UNDONE = ("planned", "sending")
#: What the preview calls the actions that apply will do.
TO_DO = {"create": "to_create", "update": "to_update"}
MIRRORS = (
    "sofi.accommodation.type",
    "sofi.unit",
    "sofi.room",
    "sofi.resident",
    "sofi.service",
)


class SofiSync(models.Model):
    """Bring SOFI's residents in line with Primmo's tenants: preview, then apply."""

    _name = "sofi.sync"
    _description = "Primmo-SOFI Synchronization"
    _inherit = ["exchange.run.mixin"]
    _exchange_kind = "sofi.sync"
    _exchange_sequence_code = "sofi.sync"
    _exchange_settled = ("dry_run", "residence_ids")

    residence_ids = fields.Many2many(
        "sofi.residence",
        string="Residences",
        required=True,
        check_company=True,
        # A residence archived since keeps its synchronizations: they may be open.
        context={"active_test": False},
        default=lambda self: self.env["sofi.residence"].search(
            [("company_id", "=", self.env.company.id)]
        ),
    )
    line_ids = fields.One2many("sofi.sync.line", "sync_id", readonly=True)
    todo_count = fields.Integer(compute="_compute_todo_count")

    @api.depends("line_ids.state")
    def _compute_todo_count(self):
        groups = self.env["sofi.sync.line"]._read_group(
            [("sync_id", "in", self.ids), ("state", "=", "todo")],
            ["sync_id"],
            ["__count"],
        )
        counts = {sync.id: count for sync, count in groups}
        for sync in self:
            sync.todo_count = counts.get(sync.id, 0)

    # === PREVIEW ===

    def _clear_plan(self):
        # sudo: preview lines are the run's own bookkeeping
        self.line_ids.sudo().filtered(lambda line: line.state in UNDONE).unlink()
        return super()._clear_plan()

    def _plan(self):
        """Read both sides, match, and say what would be done and why.

        Residences are read side by side: none waits for the SOFI of another.
        """
        residences = self.residence_ids.sorted("sequence")
        usable = residences.filtered(self._is_usable)
        left, done = usable, usable.browse()
        jobs = [Job(r.id, r._host(), partial(self._reading, r)) for r in usable]
        with ReadAhead(jobs, usable._request_limits()) as ahead:
            while left:
                residence = left.browse(ahead.first_ready(left.ids))
                left -= residence
                try:
                    self._refresh(residence, *ahead.take(residence.id))
                except exc.SofiError as error:
                    self._record_error(residence._translate_error(error))
                    continue
                self._preview(residence)
                residence._check_convention()
                done |= residence
        return [{"residence_id": r.id} for r in residences if r in done]

    def _is_usable(self, residence):
        """Tell whether a residence is in use; say so where it is not."""
        try:
            self._check_residence(residence)
        except SofiUserError as error:
            self._record_error(error)
            return False
        return True

    def _check_residence(self, residence):
        """Make sure that a residence is still in use.

        :raises SofiUserError: it is archived
        """
        if not residence.active:
            text = self.env._(
                "%(residence)s is archived: it is not synchronized.",
                residence=residence.name,
            )
            raise SofiUserError(text, "archived_residence", residence)

    def _reading(self, residence, gate):
        """Return a callable that reads SOFI's lists of a residence, in any thread.

        :param gate: limits the requests at once, see `Transport`
        :return: callable giving ({model: its JSON objects}, names of SOFI's fields)
        """
        client = residence._client(gate)
        endpoints = {model: self.env[model]._sofi_endpoint for model in MIRRORS}

        def read():
            with client:
                client.login()
                lists = {m: client.read_all(e).rows for m, e in endpoints.items()}
                return lists, client.profile.field

        return read

    def _refresh(self, residence, lists, name):
        """Keep what SOFI's lists of a residence say.

        :raises SofiProtocolError: SOFI tells something impossible
        """
        for model, listed in lists.items():
            number = self.env[model]._take_over(residence, listed, name)
            self._count(model, "read", number)

    def _preview(self, residence):
        lookup = self.env["sofi.sync.line"]._lookup(residence)
        # sudo: see _clear_plan
        lines = (
            self.env["sofi.sync.line"]
            .sudo()
            .create(
                [
                    {
                        "sync_id": self.id,
                        "residence_id": residence.id,
                        **tenant._prepare_sync_vals(match, lookup),
                    }
                    for tenant, match in residence._match(residence._tenants())
                ]
            )
        )
        for action, group in lines.grouped("action").items():
            # Nothing is created or changed yet.
            self._count("primmo.tenant", TO_DO.get(action, action), len(group))

    # === APPLY ===

    def _check_may_run(self):
        """Only managers write to SOFI."""
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only a manager of SOFI / Primmo can apply a synchronization."
                )
            )
        return super()._check_may_run()

    def _execute(self, payload):
        residence = self.env["sofi.residence"].browse(payload["residence_id"])
        self._check_residence(residence)
        # sudo: see _clear_plan
        lines = self.sudo().line_ids.filtered(
            lambda x: x.residence_id == residence and x.state in UNDONE
        )
        lines._link_matches()
        doable = lines.filtered(lambda x: x.action in ("create", "update"))
        if not residence.write_to_sofi or self.dry_run:
            doable.state = "todo"
        else:
            self._apply(residence, doable)
        (lines - doable).state = "done"

    def _apply(self, residence, lines):
        """Write to SOFI, line by line; each answer is committed.

        SOFI's residents are read again first: since the preview, or since this very
        work was cut off, others may have written there, and so may we.
        """
        try:
            with residence._client() as client:
                client.login()
                self.env["sofi.resident"]._refresh(residence, client)
                residence._catch_up(lines)
                self._commit()
                for line in lines.filtered(lambda x: x.state in UNDONE):
                    self._check_cancelled()
                    self._apply_line(line, client)
                    self._commit()
        except exc.SofiError as error:
            # What is not done becomes a task for a person; nothing is lost.
            for line in lines.filtered(lambda x: x.state in UNDONE):
                unsure = {"reason": "no_answer"} if line.state == "sending" else {}
                line.write({"state": "todo", **unsure})
            translated = residence._translate_error(error)
            advice = translated.advice
            self._log("warning", str(translated), code=translated.code, advice=advice)

    def _apply_line(self, line, client):
        name = client.profile.field
        values = {name(field): change[1] for field, change in line.changes.items()}
        try:
            if line.action == "create":
                line.state = "sending"
                # commit: the intention outlives a crash, so that the creation is
                # looked for in SOFI before it is ever repeated
                self._commit()
                line._adopt(client.create_resident(values, line._request_key()), client)
            else:
                client.update_resident(line.resident_id.sofi_id, values)
                line.state = "done"
        except exc.SofiAuthError as error:
            if error.status != 403:
                raise
            line.write({"state": "todo", "reason": "right_missing"})
            return
        except (exc.SofiRequestError, exc.SofiConflict, exc.SofiNotFound) as error:
            line.write({"state": "todo", "reason": "refused_by_sofi"})
            text = self.env._("SOFI refused the change (%(detail)s).", detail=error)
            self._log("error", text, code=error.code, record=line.tenant_id)
            return
        self._count("sofi.resident", line.action)

    def _record_error(self, error):
        if not isinstance(error, SofiUserError):
            return super()._record_error(error)
        where = {"record": error.residence, "advice": error.advice}
        return self._log("error", str(error), code=error.code, **where)

    def _counter_labels(self):
        return {
            **super()._counter_labels(),
            "read": self.env._("Read"),
            "to_create": self.env._("To create"),
            "to_update": self.env._("To change"),
            "nothing": self.env._("Nothing to do"),
            "decide": self.env._("To decide"),
            "refused": self.env._("Left alone"),
        }

    def action_view_todo(self):
        """Open the to-do list.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sofi_primmo.sofi_sync_line_action"
        )
        return {**action, "domain": [("sync_id", "=", self.id)]}
