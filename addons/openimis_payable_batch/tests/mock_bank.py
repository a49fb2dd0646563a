"""A bank of others' making: it reads our pain.001 and answers by pain.002."""

import json
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from mockbank.server import Config, make_server


class Bank:
    """The bank at an address on loopback."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def _call(self, path, body=None, method=None):
        request = Request(self.url + path, data=body, method=method)
        with urlopen(request, timeout=30) as answer:
            return answer.read()

    def open_account(self, name, iban, **vals):
        """Keep an account, such as that of the one who pays.

        :param vals: currency, balance in cents, behaviour
        """
        body = {"id": name, "iban": iban, **vals}
        self._call("/_mock/accounts", json.dumps(body).encode())

    def change(self, name, **vals):
        """Change an account."""
        self._call(f"/_mock/accounts/{name}", json.dumps(vals).encode(), "PATCH")

    def send(self, raw):
        """Send a payment file.

        :return: the bank's pain.002
        :rtype: bytes
        """
        with suppress(HTTPError):  # so a file is answered that is rejected
            self._call("/payments", raw)
        return self._call("/_mock/mailbox?raw&type=pain.002")


@contextmanager
def bank():
    """Run the bank as long as the block lasts.

    :return: a Bank
    """
    server = make_server(Config(port=0, quiet=True))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Bank(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
