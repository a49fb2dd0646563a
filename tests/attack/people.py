# ruff: noqa: F821
"""Eight users with little to say, their passwords and their keys for FHIR.

Run in Odoo's shell; prints one line of JSON after ``SEEN``: {login: key}.
"""

import json
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

GROUPS = {
    "employee": "base.group_user",
    "previewer": "openimis_payable.group_right_111103",
    "searcher": "openimis_payable.group_right_156101",
    "clerk": "openimis_payable.group_right_111102",
    "payer": "openimis_payable.group_right_156201",
    "educator": "daycare.group_daycare_user",
    "viewer": "sofi_primmo.group_sofi_viewer",
    "auditor": "account.group_account_readonly",
}

keys = {}
tomorrow = fields.Datetime.now() + timedelta(days=1)
for login, group in GROUPS.items():
    ids = [env.ref(group).id, env.ref("base.group_user").id]
    user = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": login,
                "login": login,
                "password": f"{login}-password",
                "group_ids": [Command.set(ids)],
            }
        )
    )
    apikeys = env["res.users.apikeys"].with_user(user)
    keys[login] = apikeys._generate("fhir", "attack", tomorrow)
env.cr.commit()
print("SEEN " + json.dumps(keys))
