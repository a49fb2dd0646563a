"""Servers that files are delivered to, on loopback, each by somebody else: SFTP by
asyncssh, S3 by moto, WebDAV by wsgidav; and a way there that is cut when told so."""

import asyncio
import logging
import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import asyncssh
import boto3
from moto.server import ThreadedMotoServer
from werkzeug.wsgi import get_input_stream
from wsgidav.wsgidav_app import WsgiDAVApp

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # each request of S3
logging.getLogger("asyncssh").setLevel(logging.CRITICAL)  # each connection
logging.getLogger("wsgidav").setLevel(logging.CRITICAL)  # each one that is cut

HOST = "127.0.0.1"
USER, PASSWORD = "primmo", "s3cret-of-the-delivery"
BUCKET = "mdg"


class SftpServer:
    """A real SSH server whose users see one folder.

    :ivar Path root: the folder
    :ivar str key: what the server shows, `ssh-ed25519 AAAA…`
    """

    protocol = "sftp"

    def __init__(self, root):
        self.root = Path(root)
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.key = " ".join(self.host_key.export_public_key().decode().split()[:2])
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.acceptor = self._do(self._listen())
        self.port = self.acceptor.get_port()

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    async def _listen(self):
        root = str(self.root)

        class Server(asyncssh.SSHServer):
            def begin_auth(self, username):
                return True

            def password_auth_supported(self):
                return True

            def validate_password(self, username, password):
                return (username, password) == (USER, PASSWORD)

        return await asyncssh.listen(
            HOST,
            0,
            server_factory=Server,
            server_host_keys=[self.host_key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=root),
        )

    def options(self, port=None):
        """Return the options of a storage that leads here, maybe by another port."""
        return {
            "host": HOST,
            "port": port or self.port,
            "username": USER,
            "password": PASSWORD,
        }

    def files(self, folder):
        """Return {name: bytes} of a folder."""
        place = self.root / folder
        return {p.name: p.read_bytes() for p in place.iterdir() if p.is_file()}

    def make(self, folder):
        """Make a folder."""
        (self.root / folder).mkdir(parents=True, exist_ok=True)

    def put(self, folder, name, content):
        """Lay a file into a folder, as somebody else."""
        (self.root / folder / name).write_bytes(content)

    def take(self, folder, name):
        """Take a file, as Primmo does."""
        (self.root / folder / name).unlink()

    def close(self):
        """Stop listening, and end all connections."""
        self._do(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    async def _end(self):
        self.acceptor.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class S3Server:
    """moto's S3: one bucket."""

    protocol = "s3"
    key = False

    def __init__(self, root=None):
        self.server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
        self.server.start()
        _host, self.port = self.server.get_host_and_port()
        self.client = boto3.client(
            "s3",
            endpoint_url=f"http://{HOST}:{self.port}",
            aws_access_key_id=USER,
            aws_secret_access_key=PASSWORD,
            region_name="ca-central-1",
        )
        where = {"LocationConstraint": "ca-central-1"}
        with suppress(self.client.exceptions.BucketAlreadyOwnedByYou):
            self.client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)

    def options(self, port=None):
        """Return the options of a storage that leads here, maybe by another port."""
        return {
            "key": USER,
            "secret": PASSWORD,
            "endpoint_url": f"http://{HOST}:{port or self.port}",
            "client_kwargs": {"region_name": "ca-central-1"},
        }

    def files(self, folder):
        """Return {name: bytes} of a folder."""
        prefix = f"{folder}/"
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return {
            entry["Key"].removeprefix(prefix): self.client.get_object(
                Bucket=BUCKET, Key=entry["Key"]
            )["Body"].read()
            for entry in found.get("Contents", ())
        }

    def make(self, folder):
        """A prefix need not be made."""

    def put(self, folder, name, content):
        """Lay a file into a folder, as somebody else."""
        self.client.put_object(Bucket=BUCKET, Key=f"{folder}/{name}", Body=content)

    def take(self, folder, name):
        """Take a file, as Primmo does."""
        self.client.delete_object(Bucket=BUCKET, Key=f"{folder}/{name}")

    def close(self):
        """Stop."""
        self.server.stop()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        """Say nothing."""


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A connection that is cut is what is being tested."""


class WebDavServer(SftpServer):
    """wsgidav over a folder."""

    protocol = "webdav"
    key = False

    def __init__(self, root):
        self.root = Path(root)
        application = WsgiDAVApp(
            {
                "provider_mapping": {"/": str(self.root)},
                "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
                "http_authenticator": {"accept_digest": False},
                "verbose": 0,
                "logging": {"enable": False},
            }
        )

        def bounded(environ, start_response):
            # wsgidav reads to the end, which a connection that is kept has not.
            environ["wsgi.input"] = get_input_stream(environ)
            return application(environ, start_response)

        self.server = make_server(
            HOST, 0, bounded, server_class=_Threaded, handler_class=_Quiet
        )
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def options(self, port=None):
        """Return the options of a storage that leads here, maybe by another port."""
        return {
            "base_url": f"http://{HOST}:{port or self.port}",
            "auth": [USER, PASSWORD],
        }

    def close(self):
        """Stop."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


class CutWay:
    """A way to a server that is cut after so many bytes.

    :ivar int port: where it begins
    :ivar int | None left: how many bytes still reach the server, None: all
    :ivar bool deaf: cut what comes back instead, after as many bytes
    :ivar int passed: bytes that have passed in the direction that is counted
    """

    def __init__(self, port):
        self.target = port
        self.left, self.deaf, self.passed = None, False, 0
        self.lock = threading.Lock()
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, number, deaf=False):
        """Cut all connections after so many bytes, and let none through from then on.

        :param int number: of bytes; None: mend the way
        :param bool deaf: count what the server answers, not what it is sent
        """
        with self.lock:
            self.left, self.deaf, self.passed = number, deaf, 0

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                threading.Thread(target=self._carry, args=[near], daemon=True).start()

    def _carry(self, near):
        with (
            near,
            suppress(OSError),
            socket.create_connection((HOST, self.target)) as far,
            selectors.DefaultSelector() as either,
        ):
            either.register(near, selectors.EVENT_READ, (far, False))
            either.register(far, selectors.EVENT_READ, (near, True))
            while True:
                for key, _event in either.select():
                    other, answer = key.data
                    part = key.fileobj.recv(1 << 14)
                    allowed = self._allowed(len(part), answer)
                    other.sendall(part[:allowed])
                    if not part or allowed < len(part):
                        return

    def _allowed(self, size, answer):
        """Return how many of so many bytes may pass."""
        with self.lock:
            if answer != self.deaf:
                # The other direction, until the way is cut.
                return 0 if self.left == 0 else size
            if self.left is None:
                self.passed += size
                return size
            allowed = min(size, self.left)
            self.left -= allowed
            self.passed += allowed
            return allowed

    def close(self):
        """Let nothing begin any more."""
        self.listener.close()
