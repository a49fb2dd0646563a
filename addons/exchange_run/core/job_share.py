"""Who works on a job: one worker alone, or several that share it.

Advisory locks of PostgreSQL, held by a connection of the worker's own. If its process
is killed, the connection is gone, and with it all that it held: nobody has to guess
whether a worker still lives.
"""

from contextlib import contextmanager
from hashlib import sha256


def lock_key(*parts):
    """Return the signed 64-bit key of the lock of something.

    :param parts: what tells it apart from everything else, such as ("sofi.export", 1)
    :rtype: int
    """
    digest = sha256("/".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class JobShare:
    """One worker's share in the work on a job.

    Whoever works on jobs of a kind holds the lock of that kind: alone as ever, or
    shared by those who work on one and the same job, who share the lock of the job,
    too. Coming and going is done one after the other, behind a gate; so there is
    always exactly one who leaves last and closes the job.

    :param cr: cursor of a connection of the worker's own, in a transaction
    :param int kind: key of the lock of the job's kind
    :param int job: key of the lock of the job
    """

    def __init__(self, cr, kind, job):
        self._cr = cr
        self._kind = kind
        self._job = job
        self._gate = lock_key(kind, "gate")
        #: Whether nobody else worked on the job when this worker came.
        self.is_first = False

    def enter(self, join):
        """Take a share in the work.

        :param bool join: also where others are at it already, else only as the first
        :return: whether there is one to be had; if not, the caller frees the
            transaction
        """
        with self._one_at_a_time():
            if not self._take(self._kind, shared=True):
                return False  # somebody works on a job of the kind alone
            self.is_first = self._is_alone(self._kind)
            if not self.is_first and (not join or self._is_alone(self._job)):
                return False  # they work on another job of the kind
            return self._take(self._job, shared=True)

    def leave_unless_last(self):
        """Give the share back, or stay as the last one, whom nobody may join any more.

        :return: whether this worker is the last and has to close the job
        """
        with self._one_at_a_time():
            if self._take(self._job):
                return True
            # commit: which frees what this transaction of its own holds
            self._cr.commit()  # pylint: disable=invalid-commit
            return False

    @contextmanager
    def _one_at_a_time(self):
        self._cr.execute("SELECT pg_advisory_lock(%s)", [self._gate])
        try:
            yield
        finally:
            self._cr.execute("SELECT pg_advisory_unlock(%s)", [self._gate])

    def _take(self, key, shared=False):
        mode = "_shared" if shared else ""
        self._cr.execute(f"SELECT pg_try_advisory_xact_lock{mode}(%s)", [key])
        return self._cr.fetchone()[0]

    def _is_alone(self, key):
        """Tell whether nobody else holds a lock, without keeping it."""
        self._cr.execute("SAVEPOINT alone")
        free = self._take(key)
        self._cr.execute("ROLLBACK TO SAVEPOINT alone; RELEASE SAVEPOINT alone")
        return free
