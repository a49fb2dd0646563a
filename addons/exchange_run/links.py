"""Rows that name a record of any model."""

from odoo.exceptions import UserError


def open_named_record(env, model, record_id):
    """Open the record that a row names by model and id.

    No foreign key holds such a row and its record together.

    :param env: environment of the person who opens it
    :param str model: technical name of the record's model
    :param int record_id: its id
    :return: a window action
    :raises UserError: the record was deleted, or its addon uninstalled
    """
    record = env[model].browse(record_id).exists() if model in env else None
    if not record:
        raise UserError(env._("The record was deleted and cannot be opened."))
    return record.get_formview_action()
