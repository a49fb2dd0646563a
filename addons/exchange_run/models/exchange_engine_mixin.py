from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models, tools
from odoo.exceptions import AccessError, ValidationError

#: Whether the program itself writes. Kept by the thread and not in the environment's
#: context, which a client may fill with whatever it likes.
_engine_is_writing = ContextVar("exchange_engine_is_writing", default=False)

ADDON = "exchange_run"
#: author of addons that glue of ours stands on
OCA = "Odoo Community Association"
#: A value that says nothing, whatever the kind of field
EMPTY = (None, False, 0, "", (), [], {})


def _is_worked_out(field, addons):
    """Tell whether a field is kept as it was worked out, and only shown.

    :param addons: names of the addons, one of which must have declared the field
    """
    return bool(
        field.store
        and field.readonly
        and (field.compute or field.related)
        and not field.inverse
        and addons.issuperset(field._modules)
    )


class ExchangeEngineMixin(models.AbstractModel):
    """Fields that only the program writes, whatever rights a user has on the record.

    A model inherits this mixin and declares such a field with ``engine=True``::

        amount = fields.Monetary(readonly=True, copy=False, engine=True)

    or with ``engine="write"`` where whoever creates the record chooses the value, and
    nobody changes it afterwards. A value given by a client, an import or another
    program is refused at every door, since they all end in :meth:`create` and
    :meth:`write`; one that changes nothing is let pass.

    A stored field that is worked out, shown only and cannot be turned round is the
    program's without being declared: who could write it would have the books say what
    they do not add up to. That holds for the fields of this addon, of those that stand
    on it, and of the OCA's that these stand on; what Odoo works out on models of its
    own, Odoo's users may write as ever. ``engine=False`` leaves such a field to whoever
    may write the record.
    (The ORM works fields out without :meth:`create` or :meth:`write`.)

    The program writes

    - in superuser mode (`sudo()`, scheduled actions, installation),
    - in every plan, chunk and end of a job, which the engine calls,
    - and else in a block: ``with self._engine_writes(): …``, as short as can be, after
      the method has checked that its user may do what it does.

    A record's company is fixed in the same way: it never moves to one that its writer
    does not work for.
    """

    _name = "exchange.engine.mixin"
    _description = "Record With Fields Only the Program Writes"

    def _valid_field_parameter(self, field, name):
        return name == "engine" or super()._valid_field_parameter(field, name)

    @api.model
    @tools.ormcache()
    def _engine_names(self):
        """Return {name: True or "write"} of the fields only the program writes."""
        ours = self.env["exchange.engine.mixin"]._engine_addons_working_out()
        modes = {
            name: getattr(field, "engine", _is_worked_out(field, ours))
            for name, field in self._fields.items()
        }
        return {name: mode for name, mode in modes.items() if mode}

    @api.model
    @tools.ormcache()
    def _engine_addons(self):
        """Return the names of the addons whose fields are looked at: all on this one.

        :rtype: frozenset[str]
        """
        # sudo: which addons are installed decides what is refused, whoever asks
        own = self.env["ir.module.module"].sudo().search([("name", "=", ADDON)])
        return frozenset({ADDON, *own.downstream_dependencies().mapped("name")})

    @api.model
    @tools.ormcache()
    def _engine_addons_working_out(self):
        """Return the names of the addons whose worked-out fields are the program's.

        Those of :meth:`_engine_addons`, and the OCA's that they stand on: whether a
        batch needs an approval, and has it, is worked out by theirs.

        :rtype: frozenset[str]
        """
        ours = self.env["exchange.engine.mixin"]._engine_addons()
        # sudo: as above
        below = (
            self.env["ir.module.module"]
            .sudo()
            .search([("name", "in", tuple(ours))])
            .upstream_dependencies(
                exclude_states=("uninstalled", "uninstallable", "to remove")
            )
        )
        theirs = below.filtered(lambda m: OCA in (m.author or ""))
        return ours | frozenset(theirs.mapped("name"))

    @api.model
    @contextmanager
    def _engine_writes(self):
        """Let the block write the fields that only the program writes."""
        token = _engine_is_writing.set(True)
        try:
            yield
        finally:
            _engine_is_writing.reset(token)

    @api.model
    def _is_engine_writing(self):
        """Tell whether the program itself writes now.

        :rtype: bool
        """
        return self.env.su or _engine_is_writing.get()

    @api.model_create_multi
    def create(self, vals_list):
        """Create records.

        :raises AccessError: a value of a field that only the program writes is given
        """
        if self._is_engine_writing():
            self = self._engine_unprompted()
        else:
            self = self._engine_checked(vals_list)
        return super().create(vals_list)

    @api.model
    def _engine_checked(self, vals_list):
        """Look at the values that somebody would create records with.

        :param list vals_list: values as given
        :return: the model to create them with, see :meth:`_engine_unprompted`
        :raises AccessError: a value of a field that only the program writes is given
        """
        self = self._engine_unprompted()
        names = self._engine_never_chosen()
        for vals in vals_list:
            self._engine_check_created(names.intersection(vals), vals)
            self._engine_check_choices(vals)
        return self

    @api.model
    @tools.ormcache()
    def _engine_never_chosen(self):
        """Return the names of the fields that nobody gives a value, at creation either.

        :rtype: frozenset[str]
        """
        names = self._engine_names()
        return frozenset(name for name, mode in names.items() if mode is True)

    @api.model
    def _engine_unprompted(self):
        """Return the model without the client's own defaults of the program's fields.

        A default of the client's is a value of the client's, also where Odoo or an
        addon makes the record on its way while the program writes: whoever imports a
        bank's file calls a method of theirs, and its context is the client's.
        """
        context = self.env.context
        chosen = {f"default_{name}" for name in self._engine_never_chosen()}
        if chosen.isdisjoint(context):
            return self
        kept = {key: value for key, value in context.items() if key not in chosen}
        return self.with_env(self.env(context=kept))

    def write(self, vals):
        """Change records.

        :raises AccessError: a field that only the program writes would change, or the
            record would move to a company of others
        """
        if not self._is_engine_writing():
            for name in self._engine_names().keys() & vals.keys():
                if any(not record._engine_is_same(name, vals[name]) for record in self):
                    self._engine_refuse([name])
            if "company_id" in vals:
                self._engine_check_company(vals["company_id"])
            self._engine_check_choices(vals)
        return super().write(vals)

    @api.model
    @tools.ormcache()
    def _engine_choices(self):
        """Return the names of the selections whose choices a method gives."""
        return tuple(
            name
            for name, field in self._fields.items()
            if field.type == "selection" and not isinstance(field.selection, list)
        )

    def _engine_check_choices(self, vals):
        """Refuse what is no choice; where a method gives them, Odoo takes any value.

        :raises ValidationError: naming the value and the field
        """
        for name in self._engine_choices():
            value = vals.get(name)
            if value and value not in self._fields[name].get_values(self.env):
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is none of the choices of “%(field)s”.",
                        value=value,
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    def _engine_check_created(self, names, vals):
        defaults = self.default_get(list(names)) if names else {}
        given = [
            name
            for name in names
            if vals[name] != defaults.get(name)
            and not (vals[name] in EMPTY and defaults.get(name) in EMPTY)
        ]
        if given:
            self._engine_refuse(sorted(given))

    def _engine_is_same(self, name, value):
        """Tell whether writing a value changes nothing."""
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            return not value
        # sudo: who may not read the field is told the same as everybody else
        record = self.sudo()
        now = field.convert_to_cache(record[name], record)
        return field.convert_to_cache(value, record) == now

    def _engine_check_company(self, company_id):
        changed = self.sudo().filtered(
            lambda record: record.company_id.id != company_id
        )
        if changed and company_id not in self.env.user.company_ids.ids:
            raise AccessError(
                self.env._("You do not work for the company you have chosen.")
            )

    def _engine_refuse(self, names):
        labels = [self._fields[name]._description_string(self.env) for name in names]
        model = self.env["ir.model"]._get(self._name).name  # in the user's language
        self._engine_refuse_labels(labels, model)

    @api.model
    def _engine_refuse_labels(self, labels, model):
        """Refuse fields of any model.

        :param list labels: of the fields
        :param str model: what the records are
        """
        raise AccessError(
            self.env._(
                "Nobody writes %(fields)s of %(model)s by hand: the program does, "
                "when the buttons are used that are made for it.",
                fields=", ".join(f"“{label}”" for label in labels),
                model=model,
            )
        )
