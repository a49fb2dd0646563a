"""What a key and a secret of SOFI look like (spec 3.2)."""

import re

_KEY = re.compile(r"[A-Z0-9]{20}", re.ASCII)
_SECRET_LENGTH = 40


def odd(key, secret):
    """Name what is unusual about a key and a secret; nothing empty is unusual.

    For a hint only: the usual shapes come from one published example.

    :param str key: access key, or None
    :param str secret: its secret, or None
    :return: `key`, `secret`, both or none
    :rtype: list[str]
    """
    found = []
    if key and not _KEY.fullmatch(key):
        found.append("key")
    if secret and len(secret) != _SECRET_LENGTH:
        found.append("secret")
    return found
