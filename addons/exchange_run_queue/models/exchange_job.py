from odoo import SUPERUSER_ID, models

from odoo.addons.queue_job.exception import RetryableJobError

from .exchange_transaction import turn_of

CHANNEL = "root.exchange"
#: Seconds that a worker of the queue stays with one job before it lets others pass.
TURN = 20
#: Seconds after which a job that another of its kind keeps out is tried again.
KEPT_OUT = 5
#: The lower, the sooner.
PRIORITIES = {"person": 10, "night": 20}
#: Who helps with a job comes after those whose jobs wait.
HELPER = 5


class ExchangeJob(models.Model):
    """A job that the workers of queue_job do, turn by turn.

    A turn is one job of the queue. It claims chunks in the database as a lane does, for
    some seconds, and puts another turn into the queue where something is left. Which
    chunk is whose, what a crash leaves, who may do it: all that stays the engine's.
    """

    _inherit = "exchange.job"

    def _enqueue_turns(self, number, eta=None):
        """Let workers of the queue take turns; one that waits already is not doubled.

        :param int number: how many may be at the job at the same time
        :param int eta: seconds to wait before
        """
        self.ensure_one()
        for turn in range(number):
            self.with_user(SUPERUSER_ID).with_delay(
                channel=CHANNEL,
                priority=PRIORITIES[self.priority or "person"] + (turn and HELPER),
                identity_key=f"exchange.job/{self.id}/{turn}",
                description=self.display_name,
                max_retries=0,
                eta=eta,
            )._take_turn(turn)

    def _take_turn(self, number):
        """Work on the job for some seconds, alone or beside others.

        :param int number: 0 for the one who does it, above for those who help
        :raises RetryableJobError: another job of its kind keeps it out
        """
        run = self.env[self.res_model].browse(self.res_id).exists()
        if not run or run.job_id != self or run.state != "running":
            return
        with turn_of(TURN):
            if run._is_shared():
                was_its_turn = run._help_in_background(run._rivals())
            else:
                was_its_turn = run._work_in_background()
        if not was_its_turn and not number:
            raise RetryableJobError(
                "another job of its kind is worked on", KEPT_OUT, ignore_retry=True
            )
