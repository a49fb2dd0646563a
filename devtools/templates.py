"""Prepared databases, made once and cloned.

- The *base*: Odoo's own addons that ours stand on, with demonstration data and French.
  It takes minutes to make, so it is also kept in the user's cache.
- A *layer* on top for each set of our addons: first their dependencies, then the
  addons themselves. A layer's name tells the content of the files it was made from;
  when these change, the layer is made anew from the one below and so never carries
  leftovers of an older version.
"""

import hashlib
import re
import shutil
import time
from pathlib import Path

from . import addons, database, paths, postgres, venv
from .console import Problem, say, step
from .locks import lock

#: What any of our addons may stand on, and two countries whose users we have in mind.
BASE_ADDONS = ["web", "mail", "account", "l10n_ch", "l10n_ca"]
KEPT_LAYERS = 3
KEPT_ARCHIVES = 8
PREFIX = "template-"


def base(source, wanted=None, demo=True):
    """Return the base template's name; make it if there is none.

    :param Path source: folder that holds the package `odoo`
    :param wanted: Odoo's addons in it; default: all that ours may need
    :param bool demo: with demonstration data
    """
    if wanted is None:
        wanted = sorted({*BASE_ADDONS, *addons.foreign(addons.standard())})
    venv.ensure_wheels(sorted(file for n, file in addons.WHEELS.items() if n in wanted))
    content = [*wanted, str(demo), database.LANGUAGES, venv.key(source)]
    name = f"{PREFIX}base-{_digest(content)[:12]}"
    with lock(name):
        known = database.comment(name)
        if known.get("complete"):
            database.note(name, {**known, "used": time.time()})
            return name
        database.drop(name)
        version = postgres.query("postgres", "SHOW server_version_num")[0][0]
        archive = paths.cache_dir("templates") / f"{name}-pg{int(version) // 10000}"
        if archive.exists():
            with step("Odoo's own addons, from the cache"):
                database.restore(archive, name)
        else:
            with step(f"Odoo's own addons: {', '.join(wanted)} (once)"):
                database.install(name, wanted, demo=demo)
                keep(name, archive)
        note = {"complete": True, "addons": wanted, "used": time.time()}
        database.note(name, note)
        forget_old(f"{PREFIX}base", name, KEPT_ARCHIVES)
    return name


def keep(name, archive):
    """Put a database into the cache; say so where that fails, and do without.

    A server named in the environment may be newer than this machine's pg_dump, which
    then refuses.

    :param Path archive: see :func:`database.dump`
    """
    try:
        database.dump(name, archive)
    except Problem as problem:
        say(f"  not kept for the next time: {problem.what}")
    _forget_archives(archive.parent)


def _forget_archives(folder):
    """Remove the older archives of the cache, the latest few apart."""
    archives = sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in archives[KEPT_ARCHIVES:]:
        shutil.rmtree(old, ignore_errors=True)


def layer(source, wanted):
    """Return the name of the template that has the wanted addons of ours.

    The one with all of them has the client's scripts and styles bundled: it serves
    browser tests and `./dev run`.

    :param Path source: folder that holds the package `odoo`
    :param wanted: technical names; their dependencies come along
    """
    venv.ensure_wheels(addons.wheels(wanted))
    name = base(source)
    ordered = addons.closure(wanted)
    dependencies = [a for a in ordered if a not in set(wanted)]
    for content in filter(None, (dependencies, ordered)):
        name = _layer(name, content)
    if set(ordered) == set(addons.standard()):
        _bundle(name)
    return name


def _bundle(name):
    with lock(name):
        known = database.comment(name)
        if not known.get("assets"):
            database.bundle(name)
            database.note(name, {**known, "assets": True})


def _layer(below, content):
    group = f"{PREFIX}{_digest(content)[:8]}"
    prints = [addons.fingerprint(a) for a in content]
    name = f"{group}-{_digest([below, *prints])[:12]}"
    with lock(group):
        known = database.comment(name)
        if known.get("complete"):
            database.note(name, {**known, "used": time.time()})
            return name
        installed = database.comment(below).get("addons", [])
        new = [a for a in content if a not in installed]
        with step(f"install {', '.join(new)}"):
            clone(below, name)
            # One that installs itself is there already, maybe as it was before.
            log = database.install(name, new, update=new)
        note = {
            "complete": True,
            "addons": installed + new,
            "complaints": complaints(below) + database.complaints(log),
            "used": time.time(),
        }
        database.note(name, note)
        forget_old(group, name)
    return name


def complaints(name):
    """Return what Odoo complained of when it installed our addons in a template.

    :param str name: the template
    :rtype: list[str]
    """
    return database.comment(name).get("complaints", [])


def _digest(parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def forget_old(group, keep, count=KEPT_LAYERS):
    """Drop older templates of the same group, the latest few apart.

    :param str group: begins their names
    :param str keep: the one that was just made
    :param int count: how many to keep, this one included
    """
    old = [n for n in database.names() if n.startswith(f"{group}-") and n != keep]
    old.sort(key=lambda name: database.comment(name).get("used", 0), reverse=True)
    for name in old[count - 1 :]:
        database.drop(name)


def clone(template, target):
    """Clone a template as a working database, which is dropped first if it exists."""
    database.drop(target)
    with lock(template):
        database.clone(template, target)


def sweep():
    """Drop the working databases of runs that were killed, in the private cluster.

    A server of somebody else's may hold databases of runs on other machines.
    """
    if postgres.is_external():
        return
    for name in database.names():
        match = re.fullmatch(
            r"(?:test|e2e(?:-chain)?|bench|install|upgrade|together|attack|access|openimis-test|kill-\w+)"
            r"-(\d+)",
            name,
        )
        if match and not Path(f"/proc/{match[1]}").exists():
            database.drop(name)
