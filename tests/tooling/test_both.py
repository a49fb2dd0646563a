"""All tests run in two processes of pytest: one fails, all fail."""

import sys

import pytest

from devtools import paths, testing


@pytest.fixture
def call_both(tmp_path, monkeypatch, capfd):
    """Run `others` and, beside them, `servers`; return the exit code and the output."""

    def call_both(others, servers):
        for name, code in (("others", others), ("servers", servers)):
            (tmp_path / name).mkdir()
            test = f"def test_of_{name}():\n    {code}\n"
            (tmp_path / name / "test_it.py").write_text(test)
        monkeypatch.setattr(testing, "BESIDE", (str(tmp_path / "servers"),))
        command = [sys.executable, "-m", "pytest", "-p", "no:odoo"]
        code = testing._call_both([*command, tmp_path / "others"], "")
        return code, capfd.readouterr().out

    return call_both


def test_both_succeed(call_both):
    code, output = call_both("assert True", "assert True")
    assert code == 0
    assert output.count("1 passed") == 2


@pytest.mark.parametrize("failing", ["others", "servers"])
def test_one_of_both_fails(call_both, failing):
    codes = {"others": "assert True", "servers": "assert True", failing: "assert False"}
    code, output = call_both(**codes)
    assert code == 1
    assert "1 failed" in output and "1 passed" in output
    assert f"test_of_{failing}" in output


def test_the_template_is_told_to_both(call_both):
    code = "import os; assert 'PAYABLES_TEMPLATE' in os.environ"
    assert call_both(code, code)[0] == 0


def test_what_takes_long_is_there():
    for test in testing.LONG:
        file, _mark, name = test.partition("::")
        function = name.partition("[")[0]
        assert f"def {function}" in (paths.ROOT / file).read_text()
