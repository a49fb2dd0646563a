"""Files that parents send: known by their content, never by their name."""

#: Largest file that is taken, in bytes.
MAX_BYTES = 10 * 1024 * 1024
#: What a file begins with: its kind, and the ending it is given.
KINDS = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))


def kind(content):
    """Return the ending of a file of a kind that is taken, or None.

    :param bytes content: the file, or its beginning
    :rtype: str | None
    """
    return next((end for start, end in KINDS if content.startswith(start)), None)


def fault(content):
    """Return why a file is not taken.

    :param bytes content: the whole file, or its first ``MAX_BYTES`` and one more
    :return: ``empty``, ``large`` or ``kind``; None when it is taken
    """
    if not content:
        return "empty"
    if len(content) > MAX_BYTES:
        return "large"
    return None if kind(content) else "kind"
