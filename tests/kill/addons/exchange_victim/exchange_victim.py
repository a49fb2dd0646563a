import os
import signal
import time

from odoo import SUPERUSER_ID, fields, models


class ExchangeVictim(models.Model):
    """A job whose parts leave a mark each, take their time, or kill their worker."""

    _name = "exchange.victim"
    _description = "Victim"
    _inherit = ["exchange.run.mixin"]
    _exchange_background_from = 0
    _exchange_exclusive = False

    size = fields.Integer()
    seconds = fields.Float()
    poison = fields.Integer(default=-1)
    is_shared = fields.Boolean()
    mark_ids = fields.One2many("exchange.victim.mark", "run_id")

    def action_run_at_night(self):
        """Start the job as a schedule does."""
        return self.with_user(SUPERUSER_ID).action_run()

    def _is_shared(self):
        return self.is_shared

    def _plan(self):
        return ({"number": number} for number in range(self.size))

    def _execute(self, payload):
        self.env["exchange.victim.mark"].create(
            {"run_id": self.id, "number": payload["number"], "pid": os.getpid()}
        )
        self.env.flush_all()
        self._count("part", "done")
        time.sleep(self.seconds)
        if payload["number"] == self.poison:
            os.kill(os.getpid(), signal.SIGKILL)


class ExchangeVictimMark(models.Model):
    """That a part of a job was done; twice where it was done twice."""

    _name = "exchange.victim.mark"
    _description = "Victim Mark"

    run_id = fields.Many2one("exchange.victim", required=True, index=True)
    number = fields.Integer()
    pid = fields.Integer()
