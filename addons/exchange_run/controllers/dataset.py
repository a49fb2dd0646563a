from odoo.http import request, route

from odoo.addons.web.controllers.dataset import DataSet


class JournalDataSet(DataSet):
    """Calls of the web client: who reads of persons, writes a row into the journal."""

    def _call_kw_readonly(self, rule, args):
        """Give a call that may write a row a cursor that can write.

        :rtype: bool
        """
        if not super()._call_kw_readonly(rule, args):
            return False
        model = request.env[request.get_json_data()["params"]["model"]]
        persons = isinstance(model, request.registry["exchange.journal.mixin"])
        return not (persons or model._journal_related())

    @route(readonly=_call_kw_readonly)
    def call_kw(self, *args, **kwargs):
        """Call a method, as Odoo's own route does."""
        return super().call_kw(*args, **kwargs)
