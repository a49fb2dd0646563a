"""`./dev docs`: the documentation as a static site."""

import subprocess

from . import paths, venv
from .console import Problem, say, step

SITE = paths.HOME / "docs"
CONFIGURATION = paths.ROOT / "mkdocs.yml"


def build(target=SITE):
    """Build the site; a broken link or a missing picture is an error.

    :param Path target: folder of the site, written anew
    :raises Problem: with what MkDocs says
    """
    venv.ensure_build()
    # Not `--quiet`: MkDocs would count no warning then, and strict mode see none.
    with step("documentation"):
        done = subprocess.run(
            [*_mkdocs("build"), "--clean", "--site-dir", str(target)],
            check=False,
            capture_output=True,
            text=True,
            cwd=paths.ROOT,
        )
    if done.returncode:
        raise Problem(
            f"{done.stdout}{done.stderr}".strip(), "Correct docs/, build again."
        )
    say(f"{target / 'index.html'}")


def serve(port):
    """Serve the documentation on the loopback interface, and follow its changes.

    :param int port: to listen on
    :return: exit code
    """
    venv.ensure_build()
    command = [*_mkdocs("serve"), "--dev-addr", f"127.0.0.1:{port}"]
    return subprocess.run(command, check=False, cwd=paths.ROOT).returncode


def _mkdocs(command):
    program = paths.BUILD_VENV / "bin" / "python"
    return [
        *(str(program), "-m", "mkdocs", command),
        *("--strict", "--config-file", str(CONFIGURATION)),
    ]
