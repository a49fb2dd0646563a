from collections.abc import Set

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.http import request
from odoo.models import fix_import_export_id_paths

GC_BATCH = 10_000
KEEP_DAYS_PARAMETER = "exchange_run.journal_days"
KEEP_DAYS = 730
KINDS = [
    ("login", "Login"),
    ("read", "Read"),
    ("search", "Searched"),
    ("group", "Grouped"),
    ("export", "Exported"),
    ("print", "Printed"),
    ("download", "Downloaded"),
    ("fhir", "Served as FHIR"),
]
#: fields that tell which record it is, and nothing else of it
NO_MORE_THAN_A_NAME = {"id", ".id", "display_name"}
#: fields of an attachment that are its content
CONTENT = {"raw", "datas", "db_datas", "index_content"}
#: fields of a message that are its content
MESSAGE = {"body", "preview", "subject", "tracking_value_ids"}
#: fields that sort records, and tell nothing of whom they are about
NO_QUESTION = {"active", "company_id"}
#: by what was searched in the transaction: key of `cr.precommit.data`
SOUGHT = "exchange_access.sought"


def _is_text(value):
    """Tell whether a condition's value is a text, or some of its values are."""
    values = value if isinstance(value, (list, tuple, Set)) else (value,)
    return any(isinstance(value, str) for value in values)


def _domain_paths(domain):
    """Yield the paths of fields that a domain asks for, as lists of names."""
    for condition in Domain(domain).iter_conditions():
        path = condition.field_expr.split(".")
        yield path
        value, asks = condition.value, condition.operator in ("any", "not any")
        if asks and isinstance(value, (Domain, list, tuple)):
            # of "id" it is asked of the record itself
            owner = path[:-1] if path[-1] == "id" else path
            for inner in _domain_paths(value):
                yield owner + inner
        elif _is_text(value):
            yield [*path, "display_name"]  # of a relation: it is searched by name


def _order_paths(order):
    """Yield the paths of fields that records are to be sorted by."""
    for term in (order or "").split(","):
        if words := term.split():
            yield words[0].split(":")[0].split(".")


class ExchangeAccess(models.Model):
    """Who logged in, and who was shown what is protected.

    Nobody writes, changes or deletes a row; rows end by age, see
    :meth:`_gc_old`. Names and values are not in it: only which records they are of.
    """

    _name = "exchange.access"
    _description = "Access to Protected Data"
    _log_access = False
    _order = "id desc"
    _rec_name = "login"

    date = fields.Datetime(required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", readonly=True, index=True, ondelete="set null"
    )
    login = fields.Char(
        readonly=True, help="As it was then: it stays when the user is deleted."
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    res_model = fields.Char("Technical Model", readonly=True, index=True)
    model_name = fields.Char("Records", compute="_compute_model_name")
    res_ids = fields.Json("Record Ids", readonly=True)
    count = fields.Integer("Number", readonly=True)
    field_names = fields.Char("Fields", readonly=True)
    address = fields.Char(
        "From", readonly=True, help="Address that the request came from."
    )

    @api.depends("res_model")
    @api.depends_context("lang")
    def _compute_model_name(self):
        # sudo: the name of a model is no secret
        known = self.env["ir.model"].sudo()
        for row in self:
            name = row.res_model
            row.model_name = known._get(name).name if name else False

    @api.model
    def _note(self, kind, records=None, names=()):
        """Write down what the user does now.

        :param str kind: one of KINDS
        :param records: what is shown
        :param names: names of the fields that are shown
        """
        user = self.env.user
        vals = {
            "date": fields.Datetime.now(),
            "user_id": user.id,
            "login": user.login,
            "kind": kind,
            "field_names": ", ".join(names) or False,
            "address": request.httprequest.remote_addr if request else False,
        }
        if records is not None:
            vals |= {
                "res_model": records._name,
                "res_ids": records.ids,
                "count": len(records),
            }
        if not self.env.cr.readonly:
            # sudo: nobody has the right to write into the journal
            self.sudo().create(vals)
            return
        # a request that was meant to read only still leaves its row
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr)).sudo().create(vals)

    @api.autovacuum
    def _gc_old(self):
        """Delete rows older than the parameter `exchange_run.journal_days`.

        :return: how many were deleted, and whether more may be left
        """
        # sudo: the retention time is a technical parameter
        parameters = self.env["ir.config_parameter"].sudo()
        days = int(parameters.get_param(KEEP_DAYS_PARAMETER, KEEP_DAYS))
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        rows = self.search([("date", "<", limit)], limit=GC_BATCH, order="id")
        rows.unlink()
        return len(rows), len(rows) == GC_BATCH


class ExchangeJournalMixin(models.AbstractModel):
    """Records about persons: whoever is shown one leaves a row in the journal.

    A model inherits this mixin, and every way in which a client reads it (forms, lists,
    RPC, groups, exports, prints, files) is written down by
    :meth:`ExchangeAccess._note`, also where another model leads to it; so is by which
    of its fields somebody searches, as "nobody" is an answer, too. What the program
    reads for itself is not. Of a model that shows persons by some of its fields only,
    such as the file of an import, :attr:`_journal_names` names these.
    """

    _name = "exchange.journal.mixin"
    _description = "Record Whose Reading Is Written Down"

    _journal_names = ()

    def _journal_shown(self, names):
        """Return those of some fields that show more than which record it is.

        :param names: names of fields, in their order
        :rtype: list[str]
        """
        if self._journal_names:
            return [name for name in names if name in self._journal_names]
        return [name for name in names if name not in NO_MORE_THAN_A_NAME]

    def copy_data(self, default=None):
        """Return what copies are made of, and write down whose it is."""
        copied = super().copy_data(default)
        names = self._journal_shown(list(dict.fromkeys(n for v in copied for n in v)))
        if names and not self.env.su:
            self.env["exchange.access"]._note("read", self, names)
        return copied

    def _read_format(self, fnames, load="_classic_read"):
        shown = super()._read_format(fnames, load)
        names = self._journal_shown(fnames)
        if self._journal_names and self.env.context.get("bin_size"):
            names = []  # the size of a file
        if self and names and not self.env.su:
            self.env["exchange.access"]._note("read", self, names)
        return shown


class Base(models.AbstractModel):
    """What leads to records about persons, from whatever model, is written down."""

    _inherit = "base"

    def _journal_printed(self, report):
        """Return which protected records a report about these ones shows.

        :param report: `ir.actions.report`
        :return: an iterable of recordsets, of one model each
        """
        return [self] if isinstance(self, self.pool["exchange.journal.mixin"]) else []

    @api.model
    @tools.ormcache()
    def _journal_related(self):
        """Return {name: path} of fields that show a protected one of another record."""
        paths = {}
        for name, field in self._fields.items():
            model, path = self, []
            for part in (field.related or "").split(".")[:-1]:
                path.append(part)
                model = self.env[model._fields[part].comodel_name]
            shown = field.related and field.related.split(".")[-1]
            for _protected, names in model._journal_models([[shown]]) if path else ():
                if names != ["company_id"]:
                    paths[name] = ".".join(path)
        return paths

    def _read_format(self, fnames, load="_classic_read"):
        shown = super()._read_format(fnames, load)
        related = self._journal_related()
        if related and not self.env.su:
            for path in {related[name] for name in fnames if name in related}:
                names = [name for name in fnames if related.get(name) == path]
                # sudo: a related field shows what its reader has no right to read
                owners = self.sudo().mapped(path).with_env(self.env)
                if owners:
                    self.env["exchange.access"]._note("read", owners, names)
        return shown

    def export_data(self, fields_to_export):
        """Export records, and write down whose data that shows."""
        exported = super().export_data(fields_to_export)
        paths = map(fix_import_export_id_paths, fields_to_export)
        for records, names in self._journal_reached(list(paths)):
            self.env["exchange.access"]._note("export", records, names)
        return exported

    def _journal_reached(self, paths):
        """Yield (protected records, names of their fields) that paths lead to.

        :param list paths: lists of names of fields, the first one of this model
        """
        names = list(dict.fromkeys(path[0] for path in paths if path and path[0]))
        if isinstance(self, self.pool["exchange.journal.mixin"]):
            shown = self._journal_shown(names)
            if self and shown:
                yield self, shown
        for name in names:
            field = self._fields.get(name)
            inner = [path[1:] for path in paths if path[:1] == [name] and path[1:]]
            if inner and field and field.relational:
                yield from self[name]._journal_reached(inner)

    def _journal_grouped(self, specifications):
        """Write down that records are grouped or summed: a group may be one person.

        :param specifications: `field:granularity`, `field:aggregate` or
            `field.field of it`
        """
        if self.env.su:
            return
        paths = [spec.split(":")[0].split(".") for spec in specifications]
        paths = [path for path in paths if path != ["__count"]]
        for model, names in self._journal_models(paths):
            self.env["exchange.access"]._note("group", model, names)

    def _journal_models(self, paths):
        """Yield (protected model, names of its fields) that paths of fields lead to.

        :param list paths: lists of names of fields, the first one of this model
        """
        names = list(dict.fromkeys(path[0] for path in paths))
        if isinstance(self, self.pool["exchange.journal.mixin"]):
            shown = self._journal_shown(names)
            if shown:
                yield self.browse(), shown
        for name in names:
            field = self._fields.get(name)
            inner = [path[1:] for path in paths if path[0] == name and path[1:]]
            if inner and field and field.relational:
                yield from self.env[field.comodel_name]._journal_models(inner)

    def _journal_searched(self, domain, order=None):
        """Write down, once a transaction, by what of persons somebody searches.

        :param domain: as it was asked
        :param str order: as it was asked
        """
        if self.env.su or self.env["exchange.engine.mixin"]._is_engine_writing():
            return
        paths = [*_domain_paths(domain or []), *_order_paths(order)]
        paths = [*paths, *self._journal_searched_names(paths)]
        sought = self.env.cr.precommit.data.setdefault(SOUGHT, set())
        for model, names in self._journal_models(paths):
            key = (
                self.env.uid,
                model._name,
                *(n for n in names if n not in NO_QUESTION),
            )
            if len(key) > 2 and key not in sought:
                sought.add(key)
                self.env["exchange.access"]._note("search", model, key[2:])

    def _journal_searched_names(self, paths):
        """Yield the paths of the fields that a search by name looks at.

        :param list paths: lists of names of fields, the first one of this model
        """
        for path in paths:
            if path[-1] == "display_name":
                model = self
                for name in path[:-1]:
                    field = model._fields.get(name)
                    if not field or not field.relational:
                        break
                    model = self.env[field.comodel_name]
                else:
                    for name in model._rec_names_search or (model._rec_name,):
                        yield [*path[:-1], *(name or "id").split(".")]

    @api.model
    @api.readonly
    def search(self, domain, offset=0, limit=None, order=None):
        """Search, and write down by what of persons."""
        found = super().search(domain, offset, limit, order)
        self._journal_searched(domain, order)
        return found

    @api.model
    @api.readonly
    def search_count(self, domain, limit=None):
        """Count, and write down by what of persons: one says that somebody is there."""
        count = super().search_count(domain, limit)
        self._journal_searched(domain)
        return count

    @api.model
    @api.readonly
    def search_read(
        self, domain=None, fields=None, offset=0, limit=None, order=None, **read_kwargs
    ):
        """Search and read, and write down by what of persons."""
        rows = super().search_read(domain, fields, offset, limit, order, **read_kwargs)
        self._journal_searched(domain, order)
        return rows

    @api.model
    @api.readonly
    def web_search_read(
        self, domain, specification, offset=0, limit=None, order=None, count_limit=None
    ):
        """Search and read, and write down by what of persons."""
        rows = super().web_search_read(
            domain, specification, offset, limit, order, count_limit
        )
        self._journal_searched(domain, order)
        return rows

    @api.model
    @api.readonly
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Search by name, and write down by what of persons."""
        found = super().name_search(name, domain, operator, limit)
        by_name = [("display_name", operator, name)] if name else []
        self._journal_searched(Domain(domain or []) & Domain(by_name))
        return found

    @api.model
    @api.readonly
    def formatted_read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        """Group records, and write down whose data that may show."""
        groups = super().formatted_read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )
        asked = [*_domain_paths(having), *_order_paths(order)]
        self._journal_grouped([*groupby, *aggregates, *map(".".join, asked)])
        self._journal_searched(domain)
        return groups

    @api.model
    @api.readonly
    def formatted_read_grouping_sets(
        self, domain, grouping_sets, aggregates=(), *, order=None
    ):
        """Group records in several ways, and write down whose data that may show."""
        groups = super().formatted_read_grouping_sets(
            domain, grouping_sets, aggregates, order=order
        )
        grouped = (spec for groupby in grouping_sets for spec in groupby)
        asked = map(".".join, _order_paths(order))
        self._journal_grouped([*grouped, *aggregates, *asked])
        self._journal_searched(domain)
        return groups

    @api.model
    @api.readonly
    @api.deprecated("As Odoo's own since 19.0: use formatted_read_group")
    def read_group(
        self, domain, fields, groupby, offset=0, limit=None, orderby=False, lazy=True
    ):
        """Group records as older clients ask for it, and write it down."""
        groups = super().read_group(
            domain, fields, groupby, offset, limit, orderby, lazy
        )
        specs = [groupby] if isinstance(groupby, str) else groupby
        # an aggregate may be called otherwise than its field: «name:sum(field)»
        named = [
            spec[spec.index("(") + 1 :].rstrip(")") if "(" in spec else spec
            for spec in fields or ()
        ]
        self._journal_grouped([*specs, *named])
        self._journal_searched(domain)
        return groups

    @api.model
    @api.readonly
    def read_progress_bar(self, domain, group_by, progress_bar):
        """Count records by column and colour, and write down whose."""
        counted = super().read_progress_bar(domain, group_by, progress_bar)
        self._journal_grouped([group_by, progress_bar["field"]])
        self._journal_searched(domain)
        return counted


class IrActionsReport(models.Model):
    """Prints of records about persons are written down."""

    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        values = super()._get_rendering_context(report, docids, data)
        if not self.env.su and report.model in self.env:
            docs = self.env[report.model].browse(docids)
            for records in docs._journal_printed(report):
                if records:
                    self.env["exchange.access"]._note(
                        "print", records, [report.report_name]
                    )
        return values


class IrAttachment(models.Model):
    """Files of records about persons are written down, read as attachments, too."""

    _inherit = "ir.attachment"

    def _journal_files(self, kind):
        """Write down whose files these are.

        :param str kind: "read" or "download"
        """
        # sudo: whose file it is decides what is written down, not what is shown
        for model, files in self.sudo().grouped("res_model").items():
            owner = self.env.get(model) if model else None
            if not isinstance(owner, self.pool["exchange.journal.mixin"]):
                continue
            # what is attached may be anything, such as the rows of a file
            shown = files.filtered(
                lambda file, owner=owner: (
                    not file.res_field or owner._journal_shown([file.res_field])
                )
            )
            if shown:
                names = sorted({file.res_field or "attachment" for file in shown})
                records = owner.browse(sorted(set(shown.mapped("res_id"))))
                self.env["exchange.access"]._note(kind, records, names)

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load)
        whole = not self.env.context.get("bin_size") and not self.env.su
        if whole and CONTENT.intersection(fnames):
            self._journal_files("read")
        return rows


class MailMessage(models.Model):
    """Chatter of records about persons is written down: it tells what they were."""

    _inherit = "mail.message"

    def _journal_threads(self):
        """Write down whose messages somebody is shown."""
        # sudo: whose message it is decides what is written down, not what is shown
        for model, messages in self.sudo().grouped("model").items():
            owner = self.env.get(model) if model else None
            if not isinstance(owner, self.pool["exchange.journal.mixin"]):
                continue
            if owner._journal_shown(["message_ids"]):
                records = owner.browse(sorted(set(messages.mapped("res_id"))))
                self.env["exchange.access"]._note("read", records, ["message_ids"])

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load)
        if MESSAGE.intersection(fnames) and not self.env.su:
            self._journal_threads()
        return rows

    def _to_store(self, store, fields, **options):
        result = super()._to_store(store, fields, **options)
        if not self.env.su:
            self._journal_threads()
        return result


class IrBinary(models.AbstractModel):
    """Files of records about persons, fetched by their address, are written down."""

    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        stream = super()._record_to_stream(record, field_name)
        if record._name == "ir.attachment":
            record._journal_files("download")
        elif isinstance(record, self.pool["exchange.journal.mixin"]):
            names = record._journal_shown([field_name])
            if names:
                self.env["exchange.access"]._note("download", record, names)
        return stream
