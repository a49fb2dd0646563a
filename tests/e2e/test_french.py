"""Labels in French of all addons, as they are once installed together."""

import json

from devtools import addons, database

#: Labels of selections that no translation file of ours reached. Those that a model
#: takes over from a base belong to the base, yet only the file of the model's own addon
#: can hold them.
SCRIPT = """
import json
env.cr.execute('''
    SELECT d.module || '.' || d.name, s.name->>'en_US'
      FROM ir_model_fields_selection s
      JOIN ir_model_data d ON d.model = 'ir.model.fields.selection' AND d.res_id = s.id
     WHERE d.module = ANY(%s) AND s.name->>'fr_FR' IS NULL
       AND s.name->>'en_US' ~ '[A-Za-z]'
''', [ADDONS])
print(json.dumps(env.cr.fetchall()))
"""


def test_every_choice_has_its_french_label(odoo):
    code = f"ADDONS = {addons.standard()!r}\n{SCRIPT}"
    missing = json.loads(database.script(odoo.database, code).splitlines()[-1])
    assert missing == []
