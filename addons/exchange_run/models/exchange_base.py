import inspect

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..core.clock import YEARS, is_of_our_time
from ..outermost import marked, put_around, take_off
from ..told import unprompted


def _named_ids(value):
    """Return the ids of the records that a value of a relation names.

    :param value: as clients give it: an id, a record as forms keep it, or commands
    """
    ids = []
    for command in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(command, dict):
            ids.append(command.get("id"))
        elif not isinstance(command, (list, tuple)):
            ids.append(command)
        elif command and command[0] == Command.LINK:
            ids.append(command[1])
        elif command and command[0] == Command.SET:
            ids.extend(command[2])
    return {one for one in ids if isinstance(one, int) and not isinstance(one, bool)}


def _spelled_out(value):
    """Yield (id or None, values) of the records whose values a relation is given.

    :param value: as clients give it, see :func:`_named_ids`
    """
    for command in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(command, dict):
            yield None, command
        elif isinstance(command, (list, tuple)) and isinstance(command[-1], dict):
            if command[0] == Command.CREATE:
                yield None, command[-1]
            elif command[0] == Command.UPDATE:
                yield command[1], command[-1]


class Base(models.AbstractModel):
    """What no model takes of somebody, by whatever door it comes.

    Days of another time: nothing can be worked out with them, neither the month before
    the year 1, nor the one after the year 9999. And records of ours that he may not
    read: a record, form or wizard that names one would show him what it is about.

    What the program writes was looked at where it was read.
    """

    _inherit = "base"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    @tools.ormcache()
    def _exchange_days(self):
        """Return the names of the days and moments that our addons brought."""
        names = [n for n, f in self._fields.items() if f.type in ("date", "datetime")]
        ours = self.env["exchange.engine.mixin"]._engine_addons() if names else set()
        return tuple(
            name for name in names if not ours.isdisjoint(self._fields[name]._modules)
        )

    def _exchange_check_days(self, vals):
        """Refuse days of another time.

        :raises ValidationError: naming the day and the field
        """
        names = [name for name in self._exchange_days() if vals.get(name)]
        if not names or self.env["exchange.engine.mixin"]._is_engine_writing():
            return
        for name in names:
            field = self._fields[name]
            day = field.to_date(vals[name]) if field.type == "date" else None
            day = day or fields.Datetime.to_datetime(vals[name])
            if not is_of_our_time(day):
                raise ValidationError(
                    self.env._(
                        "%(day)s cannot be right for “%(field)s”. Enter a day between "
                        "%(first)s and %(last)s, or none.",
                        day=vals[name],
                        field=field._description_string(self.env),
                        first=f"{YEARS[0]}-01-01",
                        last=f"{YEARS[-1]}-12-31",
                    )
                )

    @api.model
    @tools.ormcache()
    def _exchange_named(self):
        """Return {name: model} of the fields that name what must be readable.

        These are the fields that our addons brought and that name records of ours; and
        of anybody's those that name persons. Our wizards belong to no company.
        """
        relations = {
            name: field
            for name, field in self._fields.items()
            if field.type in ("many2one", "many2many")
        }
        ours = self.env["exchange.engine.mixin"]._engine_addons() if relations else ()
        persons = self.pool["exchange.journal.mixin"]

        def must_be_readable(field):
            model = field.comodel_name
            if isinstance(self.env.get(model), persons):
                return True
            if ours.isdisjoint(field._modules):
                return False
            if model == "res.company":
                return self._transient
            return self.env[model]._original_module in ours

        return {
            name: field.comodel_name
            for name, field in relations.items()
            if must_be_readable(field)
        }

    @api.model
    @tools.ormcache()
    def _exchange_kept(self):
        """Return those fields that also whoever writes a record must be able to read.

        Odoo's own records are written by people who keep the books and see nothing of
        ours: a credit note takes over what the lines of its invoice name.
        """
        named = self._exchange_named()
        ours = self.env["exchange.engine.mixin"]._engine_addons() if named else ()
        persons = self.pool["exchange.journal.mixin"]
        return {
            name: model
            for name, model in named.items()
            if self._original_module in ours or isinstance(self.env.get(model), persons)
        }

    def _exchange_check_named(self, vals_list, fields):
        """Refuse records that this user may not read, unless they are named already.

        :param list vals_list: values to look at
        :param dict fields: {name: model} of the fields to look at
        :raises AccessError: as when they are read
        """
        if self.env["exchange.engine.mixin"]._is_engine_writing():
            return
        named = {}
        for name, model in fields.items():
            ids = set()
            for vals in vals_list:
                ids |= _named_ids(vals.get(name))
            if ids:
                # sudo: the user need not see what the record named before
                ids -= {*self.sudo().mapped(name).ids}
                named.setdefault(model, set()).update(ids)
        for model, ids in named.items():
            self.env[model].browse(sorted(ids)).exists().check_access("read")

    @api.model
    @tools.ormcache()
    def _exchange_references(self):
        """Return the names of our addons' fields that name records of any model."""
        names = [n for n, f in self._fields.items() if f.type == "reference"]
        ours = self.env["exchange.engine.mixin"]._engine_addons() if names else set()
        return tuple(
            name for name in names if not ours.isdisjoint(self._fields[name]._modules)
        )

    def _exchange_check_references(self, vals_list):
        """Refuse records of any model as :meth:`_exchange_check_named` does.

        :param list vals_list: values to look at
        :raises AccessError: as when they are read
        """
        names = self._exchange_references()
        if not names or self.env["exchange.engine.mixin"]._is_engine_writing():
            return
        for vals in vals_list:
            for name in names:
                value = vals.get(name)
                model, _comma, number = str(value or "").partition(",")
                if model not in self.env or not number.isdecimal():
                    continue  # Odoo itself says what is wrong with it
                named = self.env[model].browse(int(number)).exists()
                # sudo: the user need not see what the record named before
                if any(record[name] != named for record in self.sudo()) or not self:
                    named.check_access("read")

    def _exchange_check_form(self, values):
        """Refuse in a form, and in its lists, what :meth:`_exchange_check_named` does.

        :param dict values: as of :meth:`onchange`
        """
        if named := self._exchange_named():
            self._exchange_check_named([values], named)
        self._exchange_check_references([values])
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None or not field.relational:
                continue
            for known, inner in _spelled_out(value):
                ids = [known] if isinstance(known, int) else []
                self.env[field.comodel_name].browse(ids)._exchange_check_form(inner)

    @api.model
    def _exchange_chosen_defaults(self, names):
        """Return the defaults of fields that the client or its user has chosen.

        Those of the context, and those kept for this user or for everybody.

        :param names: names of the fields
        :return: {name: value}
        """
        kept = self.env["ir.default"]._get_model_defaults(self._name)
        keys = ((name, f"default_{name}") for name in names)
        return {
            name: self.env.context.get(key, kept.get(name))
            for name, key in keys
            if key in self.env.context or name in kept
        }

    @api.model
    def _exchange_check_new(self, vals_list):
        """Refuse what nobody may give a new record.

        A method that makes one in the program's name, of values that somebody else
        gives, asks before.

        :param list vals_list: values to create records with
        """
        if self._exchange_days():
            for vals in vals_list:
                self._exchange_check_days(vals)
        if kept := self._exchange_kept():
            open_names = {n for n in kept for vals in vals_list if n not in vals}
            defaults = self._exchange_chosen_defaults(open_names)
            self.browse()._exchange_check_named([*vals_list, defaults], kept)
        if names := self._exchange_references():
            chosen = self._exchange_chosen_defaults(names)
            self.browse()._exchange_check_references([*vals_list, chosen])

    @api.model_create_multi
    def create(self, vals_list):
        """Create records of what may be told, and with what can be meant."""
        self._exchange_check_new(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Change records into what may be told, and with what can be meant."""
        if self._exchange_days():
            self._exchange_check_days(vals)
        if kept := self._exchange_kept():
            self._exchange_check_named([vals], kept)
        self._exchange_check_references([vals])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Work out a form of what may be told, and with what can be meant."""
        if self._exchange_days():
            # an open end that was imported is nobody's new mistake
            chosen = {name: values.get(name) for name in field_names}
            self._exchange_check_days(chosen)
        self._exchange_check_form(values)
        open_names = [name for name in fields_spec if name not in values]
        self._exchange_check_form(self._exchange_chosen_defaults(open_names))
        return super().onchange(values, field_names, fields_spec)

    # === WHATEVER ADDON OVERRIDES IT ===

    def _register_hook(self):
        result = super()._register_hook()
        if self._name == "base":
            # the first of all models: what the hooks of others put on the classes of
            # models has to find these
            for name, model in self.env.items():
                if not model._abstract:
                    put_around(self.pool[name], model._outermost())
        return result

    def _unregister_hook(self):
        result = super()._unregister_hook()
        if self._name == "base":
            for cls in self.pool.values():
                take_off(cls)
        return result

    @api.model
    def _outermost(self):
        """Return {name: decorator} of the methods whose last override is decorated.

        These are those that are marked, and whatever of ours a client may call:
        buttons and services, no methods that Odoo has, too.

        :rtype: dict
        """
        ours = self.env["exchange.engine.mixin"]._engine_addons()
        every = self.pool["base"].__mro__
        own, odoos = {}, set()
        for cls in self.pool[self._name]._model_classes__:
            is_ours = getattr(cls, "_module", None) in ours and cls not in every
            (own if is_ours else odoos).update(vars(cls))
        called = {
            name: unprompted
            for name, value in own.items()
            if inspect.isfunction(value)
            and not name.startswith("_")
            and name not in odoos
            and not hasattr(value, "_api_private")
        }
        return called | marked(self.pool[self._name], every)
