"""What the three houses have in common: companies, people, time that passes."""

from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.fields import Command
from odoo.sql_db import BaseCursor

#: number of the lock of who founds a house
FOUNDING = 20260101
#: months whose documents say in their chatter what was changed
TOLD = 3


def company(env, chart, values, lang):
    """Found a company with a chart of accounts of its country.

    :param str chart: the code of the chart
    :param dict values: of the company
    :param str lang: of the company's own contact
    :return: the company
    """
    # Who has an address of its own is looked up on the internet by Odoo; and a country
    # would bring modules of its own, in the middle of this transaction.
    later = {name: values[name] for name in ("email",) if name in values}
    made = (
        env["res.company"]
        .with_context(install_mode=True)
        .create({name: value for name, value in values.items() if name not in later})
    )
    made = made.with_context(install_mode=False)
    made.write(later)
    made.partner_id.lang = lang
    env["account.chart.template"].try_loading(chart, made, install_demo=False)
    env.user.company_ids = [Command.link(made.id)]
    return made


def person(env, name, login, house, groups, lang, start):
    """Let somebody log in; the password is the login.

    :param house: the company, the only one this person works for
    :param groups: external identifiers of groups
    :param str start: external identifier of the page they see first
    """
    return (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@example.com",
                "lang": lang,
                "company_id": house.id,
                "company_ids": [Command.set(house.ids)],
                "group_ids": [Command.link(env.ref(group).id) for group in groups],
                "action_id": env.ref(start).id,
            }
        )
    )


def as_user(env, user):
    """Return the environment of somebody who has logged in."""
    ids = user.company_id.ids
    return env(user=user, context={"allowed_company_ids": ids, "lang": user.lang})


def quiet(env, back):
    """Return the environment for what nobody looks up: months ago, without its chatter.

    :param int back: months ago
    """
    return env(context={**env.context, "tracking_disable": back > TOLD})


@contextmanager
def day(date, hour=9):
    """Let it be that day, for Odoo and for what it notes when a record is made."""
    with (
        freeze_time(f"{date} {hour:02d}:00:00", ignore=["asyncio", "requests"]),
        patch.object(BaseCursor, "now", lambda cursor: datetime.now()),
    ):
        yield


@contextmanager
def alone(env):
    """Let no other process found a house meanwhile: charts and users are for all."""
    env.cr.commit()
    env.cr.execute("SELECT pg_advisory_lock(%s)", [FOUNDING])
    # what the other one wrote is seen from the next transaction on
    env.cr.commit()
    env.invalidate_all()
    yield
    env.cr.commit()
    env.cr.execute("SELECT pg_advisory_unlock(%s)", [FOUNDING])
    env.cr.commit()


def months_before(today, count):
    """Return the first days of the last months, oldest first, this one not included."""
    first = today.replace(day=1)
    return [first - relativedelta(months=back) for back in range(count, 0, -1)]


def pay(bills, date, together=False):
    """Pay documents in full, each by a payment of its own.

    :param date: of the payments
    :param bool together: one payment a partner
    """
    if bills:
        bills.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bills.ids
        ).create(
            {"payment_date": date, "group_payment": together}
        ).action_create_payments()
