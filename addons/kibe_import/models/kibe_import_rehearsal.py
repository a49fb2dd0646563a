from psycopg2 import IntegrityError

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError


class KibeImportRehearsal(models.AbstractModel):
    """«Vérification complète»: a test that writes, and takes back (section 5.1)."""

    _name = "kibe.import.rehearsal"
    _description = "Complete Check of a Kibé Import"

    full_check = fields.Boolean(
        string="Complete Check",
        help="The test also writes every record and takes it back at once, to find "
        "what only the database refuses. It takes as long as the import.",
    )

    def _rehearse(self, plans):
        """Log what the database would refuse of the plans; nothing of it stays.

        :param plans: the two plans of a test
        """
        refused = dict.fromkeys(map(self._rehearse_plan, plans))
        self._log_many(
            [{"severity": "error", "text": text} for text in refused if text]
        )

    def _rehearse_plan(self, plan):
        """Apply a plan in a savepoint that is always rolled back.

        :param Plan plan: what to apply
        :return: why the database refuses it, None when it does not
        """
        try:
            with self.env.cr.savepoint() as savepoint:
                for payload in self._payloads(plan):
                    self._check_cancelled()
                    self._execute(payload)
                self.env.flush_all()
                savepoint.close(rollback=True)
        except (UserError, ValidationError, IntegrityError) as error:
            return self._database_text(error)
        return None
