import logging
import time
from contextlib import nullcontext, suppress
from functools import partial

from odoo import models

from odoo.addons.exchange_run.models.exchange_run_mixin import SET_ASIDE
from odoo.addons.exchange_run.told import telling, told

from ..core import exceptions as exc
from ..core.read_ahead import Job, ReadAhead

_logger = logging.getLogger(__name__)

CANCEL_SECONDS = 3  # so often a run that waits for SOFI looks whether to go on
LEFT_SECONDS = 10  # so long a company's night is waited for while another one's waits


class LeftToLane(Exception):
    """Only silent residences are left of a night: a lane goes on waiting for them."""


class SofiExport(models.Model):
    """Several residences in one run: none waits for the SOFI of another.

    Only waiting for SOFI happens side by side. What is written, in the database or in
    a folder, is written one after the other: that a charge is in one file and archived
    once rests on that order.
    """

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.export"  # pylint: disable=consider-merging-classes-inherited

    def _work(self):
        """Work on the run, while the residences that follow are already being read.

        The folders are looked at before any call (spec 4.5).
        """
        residences = self.env["sofi.residence"].browse(
            chunk.payload["residence_id"] for chunk in self._chunks("todo")
        )
        obstacles = self._obstacles(residences)
        free = residences.filtered(lambda residence: residence.id not in obstacles)
        with self._reading_ahead(free) as ahead:
            here = telling(
                self, sofi_ahead=ahead, sofi_courses={}, sofi_obstacles=obstacles
            ).with_context(
                # A lane that goes on with a night is nobody who speaks a language.
                lang=(self.nightly and self.user_id.lang) or self.env.lang,
            )
            return super(SofiExport, here)._work()

    def _reading_ahead(self, residences):
        """Return a context manager giving the `ReadAhead` of residences, or None.

        :param residences: in the order in which they are worked on
        """
        if len(residences) < 2 and not self._others_wait():
            return nullcontext()
        jobs = []
        for residence in residences:
            file = self._file_of(residence)
            if file and not file._needs_sofi():
                continue
            if file:
                ask = residence._logging_in
            else:
                ask = partial(residence._reading, period=self._period_of(residence))
            jobs.append(Job(residence.id, residence._host(), ask))
        return ReadAhead(jobs, residences._request_limits())

    def _next_chunk(self, after=-1):
        """Return the next residence's chunk: in their order, but none waits for long.

        A residence that does not answer is waited for at last, so that its time-outs
        cost the others nothing.
        """
        ahead = told(self.env, "sofi_ahead")
        if not ahead:
            return super()._next_chunk(after)
        chunks = {x.payload["residence_id"]: x for x in self._chunks("todo")}
        if not chunks:
            return self._chunks("todo")
        since = time.monotonic()
        while (key := ahead.first_ready(chunks, CANCEL_SECONDS)) is None:
            self._check_cancelled()
            if self._others_wait() and time.monotonic() - since > LEFT_SECONDS:
                raise LeftToLane
        return chunks[key]

    def _others_wait(self):
        """Tell whether the nights of other companies wait for the end of this one."""
        wait = told(self.env, "sofi_others_wait")
        return bool(wait and self.env["exchange.chunk"]._lanes())

    # === COURSES ===

    def _go_on(self, residence, rank):
        """Go on with a residence to its end, or until its SOFI lets others wait.

        :return: nothing, or `SET_ASIDE`
        """
        ahead = told(self.env, "sofi_ahead")
        courses = told(self.env, "sofi_courses", {})
        if residence.id in courses:
            course = courses.pop(residence.id)
            step = _answered(course, partial(ahead.take, residence.id))
        else:
            course = self._course(residence, rank)
            step = partial(next, course)
        with suppress(StopIteration):
            while True:
                question = step()
                if ahead:
                    ahead.ask(residence.id, question)
                    if not ahead.is_answered(residence.id):
                        # What the next step needs to know after a crash is kept.
                        self._commit()
                        courses[residence.id] = course
                        return SET_ASIDE
                    question = partial(ahead.take, residence.id)
                step = _answered(course, question)
        return None

    def _work_by_chunk(self):
        try:
            return super()._work_by_chunk()
        except LeftToLane:
            self._queue_up()
            return False
        finally:
            self._stop_courses()

    def _stop_courses(self):
        """Hear the answers that are still on their way, and ask nothing more.

        The run ends here, cancelled or to be gone on with by another worker: what SOFI
        was asked to archive must be known before somebody asks what it has archived.
        """
        courses = told(self.env, "sofi_courses")
        if not courses:
            return
        ahead = told(self.env, "sofi_ahead")
        ahead.stop()
        while courses:
            key, course = courses.popitem()
            try:
                with self._undo_on_error(), self._engine_writes():
                    with suppress(StopIteration, exc.SofiStopped):
                        _answered(course, partial(ahead.take, key))()
                        course.throw(exc.SofiStopped("stopped"))
                    self._commit()
            except Exception:
                # As if the answer had been lost: the same request is sent again.
                _logger.exception("SOFI: the last answer of residence %s", key)


def _answered(course, question):
    """Return what lets a course go on with the answer to its question, or the error.

    :param question: callable giving the answer
    """
    try:
        answer = question()
    except exc.SofiError as error:
        return partial(course.throw, error)
    return partial(course.send, answer)
