from odoo import api, models
from odoo.exceptions import AccessError

DEEDS = ("read", "create", "write", "unlink")


class ResGroups(models.Model):
    """What groups may do with the records of the suite."""

    _inherit = "res.groups"

    @api.model
    def _exchange_models(self):
        """Return the models of the suite, and those it gives rights on.

        :return: list of (addon's title, `ir.model`), in the order people read them
        """
        addons = self.env["exchange.engine.mixin"]._engine_addons()
        # sudo: which models there are, and which rights on them, is for whoever was
        # let see the list; see the report
        every = self.env["ir.model"].sudo()
        titles = dict(
            self.env["ir.module.module"]
            .sudo()
            .search([("name", "in", list(addons))])
            .mapped(lambda addon: (addon.name, addon.shortdesc))
        )
        ours = [
            (titles[self.env[model.model]._original_module], model)
            for model in every.search([("transient", "=", False)])
            if addons.issuperset((model.modules or "").split(", "))
            and not self.env[model.model]._abstract
        ]
        return sorted(ours, key=lambda pair: (pair[0], pair[1].name))

    def _exchange_rights(self):
        """Return what these groups together may do, implied groups included.

        :return: list of dicts with `addon`, `model` (titles), `name` (technical), and
            for each of DEEDS and `export` whether it is allowed; models that the groups
            have nothing to do with are left out
        """
        groups = self.all_implied_ids
        exports = self.env.ref("base.group_allow_export") in groups
        # sudo: as above
        access = self.env["ir.model.access"].sudo()
        given = access.search([("group_id", "in", [False, *groups.ids])])
        by_model = given.grouped("model_id")
        rows = []
        for addon, model in self._exchange_models():
            lines = by_model.get(model)
            may = (
                {deed: any(lines.mapped(f"perm_{deed}")) for deed in DEEDS}
                if lines
                else {}
            )
            if any(may.values()):
                row = {"addon": addon, "model": model.name, "name": model.model}
                rows.append({**row, **may, "export": may["read"] and exports})
        return rows


class ReportExchangeRights(models.AbstractModel):
    """Printed list «Who May What» of users."""

    _name = "report.exchange_run.report_rights"
    _description = "Who May What"

    #: model of what is listed
    _listed = "res.users"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return what the list shows.

        :raises AccessError: it is for administrators: it tells where to attack
        """
        if not self.env.user.has_group("base.group_erp_manager"):
            raise AccessError(
                self.env._("The list “Who May What” is for administrators of rights.")
            )
        return {
            "doc_ids": docids,
            "doc_model": self._listed,
            "docs": self.env[self._listed].browse(docids),
            "rows_of": self._rows_of,
            "groups_of": self._groups_of,
            "keys_of": self._keys_of,
        }

    def _rows_of(self, doc):
        """Return the rows of a user or group, see `res.groups._exchange_rights`."""
        groups = doc.all_group_ids if doc._name == "res.users" else doc
        return groups._exchange_rights()

    def _groups_of(self, doc):
        """Return the groups of a user or group that are of our addons, or Odoo's own.

        :return: groups in the order of their names
        """
        whole = doc.all_group_ids if doc._name == "res.users" else doc.all_implied_ids
        return whole.sorted("full_name")

    def _keys_of(self, doc):
        """Return the API keys of a user: who holds one needs no password."""
        if doc._name != "res.users":
            return self.env["res.users.apikeys"]
        # sudo: who may give rights may see which keys there are, not the keys
        return doc.sudo().api_key_ids


class ReportExchangeRightsGroups(models.AbstractModel):
    """Printed list «Who May What» of groups."""

    _name = "report.exchange_run.report_rights_groups"
    _inherit = ["report.exchange_run.report_rights"]
    _description = "Who May What, by Group"

    _listed = "res.groups"
