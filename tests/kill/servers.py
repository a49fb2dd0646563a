"""Real servers of one database, their processes, and what people do with them."""

import os
import signal
import time
import xmlrpc.client
from contextlib import ExitStack, contextmanager

import psutil

from devtools import config, odoo_source, paths, postgres, server

LOGIN, PASSWORD = "admin", "admin"
ADMIN = 2
#: How each engine is started: options, environment. The queue's turns are taken by HTTP
#: workers of the server whose runner came first; so it has two more, for people.
ENGINES = {
    "lanes": (["--workers=2"], {}),
    "queue": (
        ["--workers=4", "--load=base,rpc,web,queue_job"],
        {"ODOO_QUEUE_JOB_CHANNELS": "root:4,root.exchange:2"},
    ),
}
#: So long may a machine under load take for what takes seconds.
PATIENCE = 240


def configure(folder):
    """Write a configuration of Odoo that finds the addons of these tests, too.

    :param Path folder: where to
    :return: the file
    """
    conf = folder / "odoo.conf"
    config.write(odoo_source.locate(), conf)
    ours = f"{paths.ADDONS},{paths.TESTS / 'kill' / 'addons'}"
    conf.write_text(conf.read_text().replace(str(paths.ADDONS), ours))
    return conf


class Servers:
    """Two servers of one database, each with workers for HTTP and for schedules.

    :param str name: the database
    :param str engine: of ENGINES
    :param Path conf: Odoo's configuration
    """

    def __init__(self, name, engine, conf=paths.CONFIG, number=2):
        self.name = name
        self._options, self._environment = ENGINES[engine]
        self._conf = conf
        self._number = number
        self._running = []
        self._stack = ExitStack()

    def __enter__(self):
        os.environ.update(self._environment)
        with ExitStack() as stack:
            for number in range(self._number):
                self._running.append(stack.enter_context(self._serving(number)))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        self._stack.close()
        for name in self._environment:
            del os.environ[name]

    @contextmanager
    def _serving(self, number):
        log = paths.LOGS / f"{self.name}-{number}.log"
        options = [*self._options, "--max-cron-threads=2"]
        options += [f"--gevent-port={server.free_port()}", f"--config={self._conf}"]
        with server.serving(self.name, server.free_port(), log, *options) as odoo:
            yield odoo

    def call(self, model, method, *arguments, at=0, **options):
        """Do what the web client does, as the administrator."""
        url = f"{self._running[at].url}/xmlrpc/2/object"
        proxy = xmlrpc.client.ServerProxy(url, allow_none=True)
        return proxy.execute_kw(
            self.name, ADMIN, PASSWORD, model, method, arguments, options
        )

    def read(self, query, *arguments):
        """Return rows of the database, as committed."""
        return postgres.query(self.name, query, *arguments)

    def wait_for(self, condition):
        """Wait until something is true.

        :param condition: callable
        :return: what it gave at last
        """
        deadline = time.monotonic() + PATIENCE
        while not (met := condition()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return met

    def workers(self):
        """Return the processes that work, of all servers, not those that watch."""
        return [
            child
            for odoo in self._running
            for child in psutil.Process(odoo.process.pid).children()
            if "gevent" not in child.cmdline()
        ]

    def kill(self, pid):
        """End a process as the kernel does when memory is short."""
        os.kill(pid, signal.SIGKILL)
