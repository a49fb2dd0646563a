#!/bin/bash
# Start Odoo with its settings from the environment.
#
# Required:  DB_HOST DB_USER, DB_PASSWORD or DB_PASSWORD_FILE,
#            ADMIN_PASSWORD or ADMIN_PASSWORD_FILE (Odoo's master password)
# Optional:  DB_PORT=5432 DB_NAME= DB_FILTER= WORKERS=4 CRON_THREADS=3 PROXY_MODE=True
#            LIMIT_MEMORY_SOFT= LIMIT_MEMORY_HARD= LOG_LEVEL=info CONFIG=
#
# Secrets go into a configuration file only this user can read, never onto the command
# line, which everybody on the machine can see.
set -euo pipefail

fail() {
    echo "entrypoint: $1" >&2
    exit 1
}

# Print the value of $1, from the variable or from the file that ${1}_FILE names.
secret() {
    local file_variable="${1}_FILE"
    if [[ -n "${!1:-}" ]]; then
        printf '%s' "${!1}"
    elif [[ -n "${!file_variable:-}" ]]; then
        [[ -r "${!file_variable}" ]] || fail "cannot read ${!file_variable} (${file_variable})"
        printf '%s' "$(<"${!file_variable}")"
    else
        fail "$1 or ${file_variable} must be set"
    fi
}

write_config() {
    local db_password admin_password
    db_password="$(secret DB_PASSWORD)"
    admin_password="$(secret ADMIN_PASSWORD)"
    # A line break would let a value add options of its own.
    [[ "${db_password}${admin_password}" != *$'\n'* ]] || fail "a secret holds a line break"
    umask 077
    cat >"$1" <<CONFIG
[options]
addons_path = ${ADDONS_PATH:-/mnt/extra-addons}
data_dir = ${DATA_DIR:-/var/lib/odoo}
db_host = ${DB_HOST}
db_port = ${DB_PORT:-5432}
db_user = ${DB_USER}
db_password = ${db_password}
db_name = ${DB_NAME:-False}
dbfilter = ${DB_FILTER:-${DB_NAME:+^${DB_NAME}\$}}
list_db = False
admin_passwd = ${admin_password}
proxy_mode = ${PROXY_MODE:-True}
workers = ${WORKERS:-4}
max_cron_threads = ${CRON_THREADS:-3}
limit_memory_soft = ${LIMIT_MEMORY_SOFT:-2147483648}
limit_memory_hard = ${LIMIT_MEMORY_HARD:-2684354560}
limit_time_cpu = 600
limit_time_real = 1200
log_level = ${LOG_LEVEL:-info}
http_port = ${HTTP_PORT:-8069}
gevent_port = ${GEVENT_PORT:-8072}
CONFIG
}

for variable in DB_HOST DB_USER; do
    [[ -n "${!variable:-}" ]] || fail "$variable must be set"
done

config="${CONFIG:-${TMPDIR:-/tmp}/odoo.conf}"
write_config "$config"
unset DB_PASSWORD ADMIN_PASSWORD

if [[ "${1:-odoo}" == odoo || "$1" == -* ]]; then
    [[ "${1:-}" == odoo ]] && shift
    # A subcommand, such as shell, db or neutralize, comes before its options.
    subcommand=()
    if [[ -n "${1:-}" && "$1" != -* ]]; then
        subcommand=("$1")
        shift
    fi
    exec odoo "${subcommand[@]}" --config="$config" "$@"
fi
exec "$@"
