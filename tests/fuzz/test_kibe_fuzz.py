"""Damaged deliveries never end in a traceback or a hang.

2,000 of them by default; `KIBE_FUZZ=50000` asks for more, `KIBE_FUZZ_FROM` says where
to begin. A number that fails can be looked at alone: `mutate.mutated(number)`.
"""

import os
import time

import pytest

from tests.core.kibe_import.kit import render, run, store
from tests.core.kibe_import.mutate import mutated

COUNT = int(os.environ.get("KIBE_FUZZ", "2000"))
START = int(os.environ.get("KIBE_FUZZ_FROM", "0"))
STEP = 250
LONGEST = 5  # seconds of this process, a hundred times what the slowest takes


@pytest.mark.parametrize("first", range(START, START + COUNT, STEP))
def test_damaged_deliveries(first):
    base = store(run("kibe_sample.zip"))
    for number in range(first, min(first + STEP, START + COUNT)):
        begin = time.process_time()
        try:
            result = run(mutated(number), base, overwrite=bool(number % 2))
        except Exception as error:
            pytest.fail(f"delivery {number}: {error!r}")
        assert time.process_time() - begin < LONGEST, f"delivery {number} hangs"
        for issue in result.issues:
            assert render(issue, "fr") and render(issue, "en"), issue
        for operation in result.plan.operations:
            assert operation.file, (number, operation)
