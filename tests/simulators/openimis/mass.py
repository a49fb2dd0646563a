"""Claims by the hundred thousand: written as text when a page is asked for."""

import json
from datetime import UTC, datetime

from .store import Store, make_uuid

KEY, CODE = "00000000-dead-beef-0000-000000000000", "C-of-the-pattern"


class MassClaims:
    """Valuated claims, each with an item and a service, that take no memory.

    :param int number: how many
    :param str facility: UUID of the facility of all of them
    :param str policy: UUID of their policy
    """

    def __init__(self, number, facility, policy):
        self.number = number
        self.updated = datetime.now(UTC).replace(tzinfo=None)
        pattern = Store()
        row = pattern.rows["Claim"][pattern.add_claim(0, facility, policy)]
        self._patterns = {
            "Claim": self._pattern(row.resource),
            "ClaimResponse": self._pattern(row.response),
        }

    def __len__(self):
        return self.number

    def bundle(self, name, start, size):
        """One page of the list as openIMIS sends it.

        :param str name: Claim or ClaimResponse
        :rtype: bytes
        """
        pattern = self._patterns[name]
        entries = [
            pattern.replace(KEY, make_uuid("claim", n)).replace(CODE, f"C{n:06}")
            for n in range(start, min(start + size, self.number))
        ]
        head = {"resourceType": "Bundle", "type": "searchset", "total": self.number}
        return f'{json.dumps(head)[:-1]}, "entry": [{", ".join(entries)}]}}'.encode()

    @staticmethod
    def _pattern(resource):
        key, code = (entry["value"] for entry in resource["identifier"])
        entry = json.dumps({"resource": resource})
        return entry.replace(key, KEY).replace(code, CODE)
