"""Files of FHIR that would fill the memory are read within bounds, or refused.

Each is read by a process of its own, whose peak is what the kernel says of it.
"""

import json
import subprocess
import sys

import pytest

from devtools import paths
from tests.core.openimis_fhir.openimis_samples import sample

LARGEST = 20 * 1024**2
ALLOWED = 300  # MB above what the process needs before it reads
MEASURE = """
import re, sys
sys.path[:0] = sys.argv[1], sys.argv[1] + "/tests/core"
from tests.core.openimis_fhir.openimis_samples import bundle, exceptions, sample
bundle.split(b'{"resourceType":"Patient"}')
def peak():
    status = open("/proc/self/status").read()
    return int(re.search(r"VmHWM:\\s+(\\d+)", status)[1])
before = peak()
raw = open(sys.argv[2], "rb").read()
try:
    groups, ignored = bundle.split(raw)
    content = b"".join(line + b"\\n" for lines in groups.values() for line in lines)
    said = sum(map(len, groups.values())) + sum(ignored.values())
except exceptions.UnreadableAnswer as error:
    said = error.code
print((peak() - before) // 1024, said)
"""


def peak(raw, tmp_path):
    """Return the megabytes that reading a file takes, and what came of it."""
    file = tmp_path / "upload"
    file.write_bytes(raw)
    command = [sys.executable, "-c", MEASURE, paths.ROOT, file]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    megabytes, result = said.split()
    return int(megabytes), result


def filled(head, part, tail, most=LARGEST):
    """Return a text with as many parts as a file may have."""
    number = (most - len(head) - len(tail)) // (len(part) + 1)
    return head + b",".join([part] * number) + tail


def entry():
    """A claim as openIMIS sends it."""
    claim = json.dumps(sample("Claim_one"), default=float)
    return b'{"resource":%b}' % claim.encode()


HEAD, TAIL = b'{"resourceType":"Bundle","entry":[', b"]}"
SHAPES = {
    "a bundle of claims": lambda: filled(HEAD, entry(), TAIL),
    "a bundle in UTF-16": lambda: (
        filled(HEAD, entry(), TAIL, LARGEST // 2 - 2).decode().encode("utf-16")
    ),
    "claims, one per line": lambda: (entry()[12:-1] + b"\n")
    * (LARGEST // len(entry())),
    "one entry of empty lists": lambda: filled(HEAD + b"[", b"[]", b"]" + TAIL),
    "one resource of numbers": lambda: filled(
        b'{"resourceType":"Patient","x":[', b"1.5", b"]}"
    ),
    "a bundle with something else in it": lambda: filled(
        b'{"resourceType":"Bundle","x":[', b'{"a":1}', b"]}"
    ),
    "many keys": lambda: filled(
        b'{"resourceType":"Bundle",',
        b'"x":[' + b",".join([b"{}"] * 300_000) + b"]",
        b"}",
    ),
    "no end": lambda: filled(HEAD, entry(), b"")[:-9],
    "deep": lambda: HEAD + b"[" * (LARGEST - 100),
}
READ = {
    "a bundle of claims",
    "a bundle in UTF-16",
    "claims, one per line",
    "many keys",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_is_bounded(shape, tmp_path):
    raw = SHAPES[shape]()
    megabytes, result = peak(raw, tmp_path)
    assert LARGEST * 0.9 < len(raw) <= LARGEST + 2
    assert megabytes <= ALLOWED, result
    assert result.isdecimal() == (shape in READ), result
