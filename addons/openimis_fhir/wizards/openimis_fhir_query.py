import uuid

from odoo import api, fields, models

from ..core.fhir_search import BadSearch


class OpenimisFhirQuery(models.TransientModel):
    """A search whose parameters came in a body: its next pages need a short address.

    The parameters stay here and not in the address, which logs keep and which takes no
    more than some thousand letters.
    """

    _name = "openimis.fhir.query"
    _description = "FHIR Search of Several Pages"
    _transient_max_hours = 24

    key = fields.Char(required=True, index=True, default=lambda self: str(uuid.uuid4()))
    user_id = fields.Many2one("res.users", required=True)
    resource = fields.Char(required=True)
    arguments = fields.Json()

    @api.model
    def _keep(self, resource, arguments):
        """Keep the parameters of a search.

        :return: name under which they are found again
        """
        # sudo: the server's own notes; only their user finds them again
        query = self.sudo().create(
            {
                "user_id": self.env.uid,
                "resource": resource,
                "arguments": [list(pair) for pair in arguments],
            }
        )
        return query.key

    @api.model
    def _kept(self, resource, key):
        """Parameters of a search this user made.

        :return: list of (name, value)
        :raises BadSearch: there is none, or no longer
        """
        if "\0" in key:  # which the database cannot even compare
            raise BadSearch("_page", key)
        # sudo: as above
        query = self.sudo().search(
            [
                ("key", "=", key),
                ("resource", "=", resource),
                ("user_id", "=", self.env.uid),
            ],
            limit=1,
        )
        if not query:
            raise BadSearch("_page", key)
        return [tuple(pair) for pair in query.arguments]
