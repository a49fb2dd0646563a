"""`.odoo/odoo.conf`: how the development server finds its database and addons."""

from . import odoo_source, paths, postgres

CONTENT = """\
; Written by ./dev at each start. For production see odoo.conf.example.
[options]
addons_path = {addons_path}
data_dir = {data_dir}
bin_path = {bin_path}
{connection}
http_interface = 127.0.0.1
proxy_mode = False
max_cron_threads = 3
; Odoo's limit would be inherited by the browser that tests start, which needs more.
limit_memory_soft = 0
limit_memory_hard = 0
limit_time_cpu = 3600
limit_time_real = 7200
limit_time_real_cron = 0
"""
NAMES = {
    "PGHOST": "db_host",
    "PGPORT": "db_port",
    "PGUSER": "db_user",
    "PGPASSWORD": "db_password",
}


def write(source, path=None, ours=True):
    """Write the configuration for the given Odoo.

    :param Path source: folder that holds the package `odoo`
    :param Path path: the file; by default that of the development server
    :param ours: folder of our addons; True for that of this repository, None for none
    """
    if ours is True:
        ours = paths.ADDONS
    folders = [*odoo_source.addons_path(source), *([ours] if ours else [])]
    settings = postgres.parameters()
    path = path or paths.CONFIG
    paths.DATA_DIR.mkdir(parents=True, exist_ok=True)
    content = CONTENT.format(
        addons_path=",".join(map(str, folders)),
        data_dir=paths.DATA_DIR,
        bin_path=paths.TOOLS_ROOT / "bin",
        connection="\n".join(f"{NAMES[k]} = {v}" for k, v in settings.items()),
    )
    if not path.exists() or path.read_text() != content:
        partial = path.with_suffix(".new")
        partial.touch(mode=0o600)
        partial.write_text(content)
        partial.replace(path)
