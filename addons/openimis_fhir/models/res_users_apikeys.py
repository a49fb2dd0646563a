from odoo import models
from odoo.tools import SQL

#: scope of the keys that open the FHIR server, and nothing else
FHIR_SCOPE = "fhir"
#: beginning of a key by which Odoo finds it
INDEX_SIZE = 8


class ResUsersApikeys(models.Model):
    """Keys that open the FHIR server only."""

    _inherit = "res.users.apikeys"

    def _check_fhir_key(self, key):
        """Return the id of the user whose FHIR key this is, or None.

        Odoo lets a key without scope open every door; not this one.

        :param str key: as the caller sent it
        """
        user_id = self._check_credentials(scope=FHIR_SCOPE, key=key)
        if not user_id:
            return None
        rows = self.env.execute_query(
            SQL(
                "SELECT scope FROM %s WHERE user_id = %s AND index = %s",
                SQL.identifier(self._table),
                user_id,
                key[:INDEX_SIZE],
            )
        )
        return user_id if {scope for (scope,) in rows} == {FHIR_SCOPE} else None

    def _generate(self, scope, name, expiration_date):
        """Make a key; one asked for in the form for FHIR gets that scope."""
        if not scope and self.env.context.get("openimis_fhir_key"):
            scope = FHIR_SCOPE  # this can only make a key open less
        return super()._generate(scope, name, expiration_date)
