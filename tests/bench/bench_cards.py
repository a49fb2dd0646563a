"""Start pages over a hundred thousand documents of each kind.

What must hold: a page is there within 300 ms of server time, and a card asks once for
each list, however much stands behind its figures.
"""

from contextlib import suppress

from odoo.exceptions import AccessError
from odoo.tools import SQL

from .report import Result, stopwatch

LIVING = True
DOCUMENTS = 100_000
#: What cards count: rows that are there are copied, over the last 400 days.
#: table, which of its rows, its date, columns that must differ otherwise than by a text
TABLES = (
    (
        "account_move",
        "move_type IN ('in_invoice', 'out_invoice') AND state = 'posted'",
        "invoice_date",
        {},
    ),
    ("account_payment", "TRUE", "date", {}),
    ("openimis_claim", "TRUE", "billing_date", {}),
    ("openimis_closing", "TRUE", None, {}),
    ("sofi_export", "TRUE", None, {}),
    ("sofi_export_file", "TRUE", None, {}),
    ("sofi_charge", "TRUE", "service_day", {}),
    ("daycare_sector", "TRUE", None, {"date_to": SQL("date_to + n")}),
    ("daycare_billing_run", "TRUE", None, {}),
    ("kibe_import", "TRUE", None, {}),
    ("exchange_job", "TRUE", None, {"number": SQL("number + n * 1000")}),
)
COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
 WHERE table_name = %s AND column_name <> 'id' AND is_generated = 'NEVER'
"""
UNIQUE = """
SELECT DISTINCT a.attname FROM pg_index i
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
 WHERE i.indrelid = %s::regclass AND i.indisunique AND NOT i.indisprimary
"""
TEXTS = ("character varying", "text")
PEOPLE = ("scheme_accountant", "residences", "creche")
#: what a client asks for when it opens a start page
PAGE = {"name": {}, "figures": {}, "graph": {}, "tour_offered": {}}


def bench(env):
    """Multiply what is there, then open the start pages as each house's people do."""
    for table in TABLES:
        number = _multiply(env, *table)
        yield Result(f"{table[0]}: rows", number, "")
    env.cr.execute("ANALYZE")
    env.invalidate_all()
    for login in PEOPLE:
        yield from _open_pages(env, login)


def _open_pages(env, login):
    """Open the start pages of somebody, and work out each card once more."""
    user = env["res.users"].search([("login", "=", login)])
    own = {"allowed_company_ids": user.company_id.ids, "lang": user.lang}
    cards = env(user=user, context=own)["exchange.card"]
    for app in sorted({*cards.search([]).mapped("app")}):
        page = [("app", "=", app)]
        cards.web_search_read(page, PAGE)  # what is cached is read
        env.invalidate_all()
        with stopwatch() as took:
            cards.web_search_read(page, PAGE)
        yield Result(f"{login}: page {app}", took.seconds * 1000, "ms")
    makers = cards._card_makers()
    for card in cards.search([]):
        with suppress(AccessError):
            makers[card.code]()  # what is cached is read
        before = env.cr.sql_log_count
        with stopwatch() as took, suppress(AccessError):  # of an app of others
            makers[card.code]()
        asked = env.cr.sql_log_count - before
        yield Result(f"{login}: card {card.code}", took.seconds * 1000, "ms")
        yield Result(f"{login}: card {card.code}", asked, "queries")


def _multiply(env, table, which, date, others):
    """Copy the rows of a table until there are as many as wanted; return how many."""
    source, some = SQL.identifier(table), SQL(which)
    [(there,)] = env.execute_query(
        SQL("SELECT COUNT(*) FROM %s WHERE %s", source, some)
    )
    if not there:
        return 0
    unique = {name for (name,) in env.execute_query(SQL(UNIQUE, table))}
    names, values = [], []
    for name, kind in env.execute_query(SQL(COLUMNS, table)):
        column = SQL.identifier(name)
        names.append(column)
        if name in others:
            values.append(others[name])
        elif name == date:
            values.append(SQL("CURRENT_DATE - n %% 400"))
        elif name in unique and kind in TEXTS:
            values.append(SQL("%s || '-' || n || '-' || id", column))
        else:
            values.append(column)
    comma = SQL(", ")
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) n WHERE %s",
            *(source, comma.join(names), comma.join(values)),
            *(source, DOCUMENTS // there, some),
        )
    )
    [(number,)] = env.execute_query(SQL("SELECT COUNT(*) FROM %s", source))
    return number
