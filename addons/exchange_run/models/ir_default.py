from odoo import api, models


class IrDefault(models.Model):
    """Defaults that people keep are values of theirs: never of the program's fields."""

    _inherit = "ir.default"

    @api.constrains("field_id")
    def _check_engine_field(self):
        """Refuse a default of a field that only the program writes.

        :raises AccessError: naming the field
        """
        for default in self:
            # sudo: which field it is about
            field = default.sudo().field_id
            model = self.env.get(field.model)
            if model is not None and field.name in self._engine_fields(field.model):
                model._engine_refuse([field.name])

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        kept = super()._get_model_defaults(model_name, condition)
        ours = self._engine_fields(model_name) if kept else ()
        return {name: value for name, value in kept.items() if name not in ours}

    @api.model
    def _engine_fields(self, model_name):
        """Return the names of the fields of a model that nobody chooses a value of."""
        model = self.env.get(model_name)
        if not isinstance(model, self.pool["exchange.engine.mixin"]):
            return ()
        return {name for name, mode in model._engine_names().items() if mode is True}
