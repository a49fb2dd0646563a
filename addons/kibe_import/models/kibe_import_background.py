import time

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.exchange_run.core import zip_file
from odoo.addons.exchange_run.exceptions import ExchangeCancelled

from ..core.watch import Watch

# A delivery that unpacks to more than this (about 2,000 rows) is not read while the
# clerk's browser waits for an answer.
READ_AT_ONCE = 200 * 1024
LOOK_EVERY = 200  # items
PAUSE = 0.5  # seconds between two looks


class KibeImportBackground(models.AbstractModel):
    """When and how a big delivery is read and planned by the background worker.

    A click or a remote call only queues it; the worker reads and plans in one
    transaction and goes on with the import. A program inside Odoo, which waits for no
    browser, works to the end at once, unless its context says `exchange_background`.
    """

    _name = "kibe.import.background"
    _description = "Reading of Big Kibé Deliveries"
    _inherit = ["exchange.engine.mixin"]

    to_plan = fields.Boolean(
        readonly=True,
        copy=False,
        engine=True,
        help="The delivery waits for the background worker to read it.",
    )

    def action_run(self):
        """Do the job; a big delivery is left to the background worker."""
        for run in self:
            if run._is_read_later():
                run._queue_reading()
            else:
                super(KibeImportBackground, run).action_run()
        return True

    def _may_queue(self):
        """Tell whether somebody waits for an answer, and the work may come after it."""
        if self._is_inline():
            return False
        return bool(request or self.env.context.get("exchange_background"))

    def _is_read_later(self):
        return (
            self._may_queue()
            and self.state == "draft"
            and zip_file.unpacked_size(self._raw_files()[0]) > READ_AT_ONCE
        )

    def _goes_to_background(self):
        return self._may_queue() and (self.to_plan or super()._goes_to_background())

    def _queue_reading(self):
        """Leave everything to the worker, starting with the reading."""
        with self._job_lock():
            self._check_state(("draft",))
            with self._engine_writes():
                self._clear_plan()
                self.to_plan = True
            text = self.env._("Waiting for the background worker")
            self._publish_progress(done=0, total=100, text=text)
            self._start()
            self._work_or_queue()

    def _work(self):
        """Read and plan what was queued, then import it. Lock held by caller."""
        if self.to_plan:
            if not self._plan_queued():
                return None
        elif self.operation != "test":
            try:
                self._check_plan()
            except UserError as error:
                self._record_error(error)
                return self._end("failed")
        return super()._work()

    def _plan_queued(self):
        """Read and plan in one transaction: a killed worker leaves nothing behind.

        :return: whether the import may go on
        """
        try:
            with self._undo_on_error():
                self._make_plan()
                with self._engine_writes():
                    self.to_plan = False
                if not (self.needs_review or self._has_fatal_findings()):
                    # Never committed as merely planned: no worker would take it over.
                    self._set_state("running", date_start=fields.Datetime.now())
                self.env.flush_all()
                self._check_cancelled()
        except ExchangeCancelled:
            self._end("cancelled")
        except Exception as error:
            self._record_error(error)
            self._end("failed")
        else:
            self._start()
        return self.state == "running"

    def _end(self, state):
        """Nothing is left to be read when a run ends, whatever the reason."""
        with self._engine_writes():
            self.to_plan = False
        return super()._end(state)

    def _work_in_background(self):
        """Tell the operator, who went on with other work, that the import is over."""
        worked = super()._work_in_background()
        if self.state == "running":
            return worked
        states = dict(self._fields["state"]._description_selection(self.env))
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success" if self.state == "done" else "warning",
                "title": self.display_name,
                "message": states[self.state],
            },
        )
        return worked


class RunWatch(Watch):
    """Shows the steps of an analysis as the progress of a run, and hears its Cancel.

    :param run: record of `kibe.import`
    """

    def __init__(self, run):
        self.run = run
        self.language = run._message_language()
        self.done = self.share = 0
        self.text = None
        self.next_look = time.monotonic() + PAUSE

    def step(self, text, share):
        """Show a step, as `Watch.step` says."""
        self.done += self.share
        self.share = share
        self.text = self.language.express(text)
        self._look(0)

    def each(self, items):
        """Move the bar item by item, as `Watch.each` says."""
        for number, item in enumerate(items):
            if not number % LOOK_EVERY:
                self._look(number / len(items))
            yield item

    def _look(self, part):
        if time.monotonic() < self.next_look:
            return
        self.next_look = time.monotonic() + PAUSE
        self.run._check_cancelled()
        self.run._set_progress(round(self.done + part * self.share), 100, self.text)
