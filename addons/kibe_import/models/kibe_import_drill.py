from odoo import models

from ..core.operation import COUNTED_AS, Action

ERRORS = ("fatal", "blocked", "error")
# Messages about rows of prestations.csv that are left aside on purpose.
IGNORED = ("P09", "P10", "P17", "P19")


class KibeImportDrill(models.AbstractModel):
    """The lists behind the numbers of the preview (specification section 5.2)."""

    _name = "kibe.import.drill"
    _description = "Lists Behind the Numbers of a Kibé Import"

    # === BUTTONS ===

    def action_view_messages(self):
        """Open the messages, worst first, grouped by code.

        :return: a window action
        """
        action = super().action_view_messages()
        view = self.env.ref("kibe_import.exchange_message_view_list")
        search = self.env.ref("kibe_import.exchange_message_view_search")
        context = {**action["context"], "search_default_group_heading": 1}
        if not self.imported and not self.files_deleted:
            context["kibe_import_id"] = self.id
        return {
            **action,
            "view_mode": "list,kanban",
            "mobile_view_mode": "kanban",
            "views": [(view.id, "list"), (False, "kanban")],
            "search_view_id": (search.id, "search"),
            "context": context,
        }

    def action_view_lines(self):
        """Open what the import changes, before and after.

        :return: a window action
        """
        action = self._lines_action(
            self.env._("Before and After: %(name)s", name=self.display_name), []
        )
        action["context"]["search_default_changes"] = 1
        return action

    # === NUMBERS OF THE PREVIEW ===

    def action_open_counter(self, operation, entity, action):
        """Open the records that a number of the counter grid counts.

        :param str operation: `create` or `overwrite`, the grid
        :param str entity: row of the grid
        :param str action: column of the grid
        :return: a window action; for the rows of the files, see `action_open_rows`
        """
        if entity == "rows":
            return self.action_open_rows(False, action)
        labels = self._counter_labels()
        column = (
            "action_overwrite"
            if (self.operation, operation) == ("test", "overwrite")
            else "action"
        )
        # the weekly presences stand on the lines of their placements
        kind = "sector" if entity == "sector_line" else entity
        counted = [str(a) for a in Action if action in COUNTED_AS.get(a, (a,))]
        return self._lines_action(
            f"{labels[entity]} – {labels[action]}",
            [("entity", "=", kind), (column, "in", counted)],
        )

    def action_open_rows(self, file, action):
        """Open what stands behind a number of rows.

        :param str file: name of the file, False for all
        :param str action: `error` and `ignored` open the messages that say why,
            `read` and `used` give the rows themselves as a workbook
        :return: an action
        """
        if action not in ("error", "ignored"):
            return self.action_download_report()
        domain = [("row", ">", 0)] + ([("file", "=", file)] if file else [])
        domain.append(
            ("severity", "in", ERRORS) if action == "error" else ("code", "in", IGNORED)
        )
        return self._messages_action(domain)

    def action_open_code(self, code):
        """Open the message about a planning code that is left aside.

        :param str code: `pr code` of prestations.csv
        :return: a window action
        """
        return self._messages_action(
            [("code", "in", IGNORED), ("value", "=", code), ("column", "!=", False)]
        )

    def _lines_action(self, name, domain):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "kibe.import.line",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "mobile_view_mode": "kanban",
            "domain": [("import_id", "=", self.id), *domain],
            "context": {"kibe_test": self.operation == "test"},
        }

    def _messages_action(self, domain):
        action = self.action_view_messages()
        del action["context"]["search_default_group_heading"]
        return {**action, "domain": [*action["domain"], *domain]}
