from psycopg2 import IntegrityError
from psycopg2.errors import ForeignKeyViolation, RestrictViolation

from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..core.operation import Action
from ..discreet_log import discreet_log
from .kibe_import_apply import DERIVED
from .kibe_import_line import MODELS

CONTACT_FIELDS = ("street", "street2", "zip", "city", "country_id", "email", "function")
# Pages and links make room for what they replaced; persons go when nothing names them.
PAGES = ("sector", "billing_data", "income", "link")
PERSONS = ("child", "guardian")


class KibeImportUndo(models.AbstractModel):
    """Undo of an import, as long as nothing else depends on it (section 5.4)."""

    _name = "kibe.import.undo"
    _description = "Undo of a Kibé Import"

    def action_undo(self):
        """Delete what this import created and give back what it replaced.

        :raises UserError: somebody else's work depends on the import
        """
        for run in self:
            run._check_undoable()
            with run._job_lock():
                run._undo()
                with run._engine_writes():
                    run.undone = True
        return True

    def _check_undoable(self):
        self.ensure_one()
        self._check_state(("done",))
        if not self.env.user.has_group("kibe_import.group_kibe_import_manager"):
            raise UserError(self.env._("Only an import manager can undo an import."))
        if not self.imported or self.undone or self.files_deleted:
            raise UserError(self.env._("There is nothing to undo any more."))
        later = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
                ("date_end", ">", self.date_end),
                ("imported", "=", True),
                ("undone", "=", False),
            ]
        )
        if later:
            raise UserError(
                self.env._(
                    "Undo first what was imported later: %(names)s.",
                    names=", ".join(later.mapped("name")),
                )
            )

    def _undo(self):
        # sudo: like the import itself, see `_execute`
        lines = self.sudo().line_ids
        by_entity = lines.grouped("entity")
        try:
            # one savepoint: either everything goes back or nothing does
            with discreet_log(), self.env.cr.savepoint():
                for step, entities in (
                    (self._undo_created, PAGES),
                    (self._undo_changes, (*PAGES, *PERSONS)),
                    (self._undo_created, PERSONS),
                ):
                    for entity in entities:
                        step(entity, by_entity.get(entity, lines.browse()))
        except (UserError, ValidationError, IntegrityError) as error:
            raise UserError(
                self.env._(
                    "Something depends on this import, nothing was undone: %(why)s",
                    why=self._undo_obstacle(error),
                )
            ) from error

    def _undo_obstacle(self, error):
        """Return what stands in the way of undoing, as people call it."""
        named = isinstance(error, ForeignKeyViolation | RestrictViolation)
        table = error.diag.table_name if named else None
        names = [name for name, model in self.env.items() if model._table == table]
        if not names:
            return self._database_text(error)
        # sudo: the name of a model is no secret
        label = self.env["ir.model"].sudo()._get(names[0]).name
        return self.env._(
            "«%(what)s» names records that it created. Discard or delete these first, "
            "or correct the data by a new delivery.",
            what=label,
        )

    def _undo_created(self, entity, lines):
        """Delete the records the import made, and the contacts made with them."""
        created = lines.filtered(lambda line: line.action == str(Action.CREATED))
        records = self._undo_records(entity, created.mapped("res_id"))
        partners = records.partner_id if entity == "guardian" else None
        records.unlink()
        if partners:
            partners.unlink()
        for line in lines.filtered(lambda line: self._undo_is_bare_contact(line)):
            self._undo_file_of_contact(line)

    def _undo_is_bare_contact(self, line):
        return (
            line.action == str(Action.ATTACHED)
            and line.before["attach"] == "res.partner"
        )

    def _undo_file_of_contact(self, line):
        """Take the guardian's file away from a contact that was there before."""
        guardian = self._undo_records("guardian", [line.res_id])
        partner = guardian.partner_id
        guardian.unlink()
        partner.write(
            {
                field: value or False
                for field, value in line.before.items()
                if field in CONTACT_FIELDS
            }
        )

    def _undo_records(self, entity, ids):
        # sudo: undoing takes back what the import wrote, with the import's own rights;
        # the ids come from its lines only
        model = self.env[MODELS[entity]].sudo()
        return (
            model.with_context(active_test=False, tracking_disable=True)
            .browse(ids)
            .exists()
        )

    def _undo_changes(self, entity, lines):
        for line in lines:
            attached = line.action == str(Action.ATTACHED)
            if line.action == str(Action.UPDATED) or (
                attached and not self._undo_is_bare_contact(line)
            ):
                record = self._undo_records(entity, [line.res_id])
                record.write(self._undo_vals(entity, line.before))
            elif line.action == str(Action.DELETED):
                self._undo_deleted(line)

    def _undo_vals(self, entity, before):
        names = {"child": "child_id", "guardian": "guardian_id", "debtor": "debtor_id"}
        return {
            names.get(field, field): self._undo_value(field, value)
            for field, value in before.items()
            if field != "attach" and field not in DERIVED
        }

    def _undo_value(self, field, value):
        """Return a stored value; people are named by their Kibé id."""
        if field == "debtor":
            if value.startswith("#"):
                return int(value[1:])
            # sudo: only the id of a debtor the import itself had replaced is read
            guardians = self.env["daycare.guardian"].sudo()
            return guardians._by_kibe_id([value], self.company_id)[value].id
        return value or False

    def _undo_deleted(self, line):
        """Build a deleted sector page again."""
        before = line.before
        # sudo, here and below: the page stood there before the import deleted it, so
        # taking the import back may put it back
        child = (
            self.env["daycare.child"]
            .sudo()
            ._by_kibe_id([before["child"]], self.company_id)[before["child"]]
        )
        self.env["daycare.sector"].sudo().create(
            {
                "child_id": child.id,
                "group_id": before["group_id"],
                "date_from": before["date_from"],
                "date_to": before["date_to"],
                "origin": "kibe",
                "line_ids": [Command.create(vals) for vals in before["line_vals"]],
            }
        )
