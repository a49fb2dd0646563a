import json
import sys
import tempfile
from pathlib import Path

from odoo.addons.sofi_primmo.tests.common import SofiCase

# The servers serve other tests too and lie beside the addons.
SERVERS = Path(__file__).resolve().parents[3] / "tests" / "simulators" / "storages"
sys.path.insert(0, str(SERVERS))

import storage_servers  # noqa: E402

KINDS = (
    storage_servers.SftpServer,
    storage_servers.S3Server,
    storage_servers.WebDavServer,
)


class DeliveryCase(SofiCase):
    """A server of each kind, each with a way to it that can be cut."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "tier.definition" in cls.env:
            # the demonstration's approvals, where installed, are not the matter
            asked = [("model", "in", ("sofi.export", "sofi.export.file"))]
            cls.env["tier.definition"].search(asked).active = False
        cls.servers, cls.ways = {}, {}
        for kind in KINDS:
            folder = tempfile.TemporaryDirectory(prefix=kind.protocol)
            cls.addClassCleanup(folder.cleanup)
            server = kind(folder.name)
            cls.addClassCleanup(server.close)
            cls.servers[kind.protocol] = server
            way = storage_servers.CutWay(server.port)
            cls.addClassCleanup(way.close)
            cls.ways[kind.protocol] = way

    def setUp(self):
        super().setUp()
        for way in self.ways.values():
            way.cut_after(None)

    def make_storage(self, protocol, way=None, code=None):
        """Create a storage that leads to a server, by a way that can be cut."""
        server, way = self.servers[protocol], way or self.ways[protocol]
        return self.env["fs.storage"].create(
            {
                "name": f"Primmo by {protocol}",
                "code": code or f"primmo_{protocol}",
                "protocol": protocol,
                "options": json.dumps(server.options(way.port)),
                "directory_path": storage_servers.BUCKET if protocol == "s3" else False,
                "server_key": server.key,
            }
        )

    def deliver_to(self, residence, protocol, folder):
        """Let a residence deliver to a folder of a server."""
        self.servers[protocol].make(folder)
        storage = self.env["fs.storage"].search([("code", "=", f"primmo_{protocol}")])
        residence.write(
            {
                "storage_id": (storage or self.make_storage(protocol)).id,
                "output_directory": folder,
            }
        )

    def delivered(self, protocol, folder):
        """Return {name: bytes} of what a server has in a folder."""
        return self.servers[protocol].files(folder)
