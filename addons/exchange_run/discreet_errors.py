"""What went wrong stands in the server's log, whole; who called is told in words.

Odoo sends the traceback of every error to the client, whoever it is and whatever the
server's options say: where its files lie, and what the database says of the values of
a row, such as a key that is there already. Only a server for developers (`--dev`) still
does.
"""

from functools import wraps
from xmlrpc.client import Fault

from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import LazyTranslate, config

from odoo.addons.rpc.controllers import xmlrpc  # server-wide, in every Odoo

_lt = LazyTranslate(__name__, default_lang="en_US")

#: errors whose text was written for who reads it
TOLD = (UserError, RedirectWarning, HTTPException, http.SessionExpiredException)
TEXT = _lt(
    "The server could not do this. An administrator finds the reason in its log."
)


def is_discreet():
    """Tell whether this server keeps tracebacks to itself.

    :rtype: bool
    """
    return not config["dev_mode"]


def _words(serialize):
    """Leave traceback, and texts that nobody wrote for users, out of an error."""

    @wraps(serialize)
    def in_words(exception, **options):
        error = serialize(exception, **options)
        if is_discreet():
            error["debug"] = ""
            if not isinstance(exception, TOLD):
                error.update(message=str(TEXT), arguments=[str(TEXT)])
        return error

    return in_words


def _fault(handle, fault):
    """Say the same by XML-RPC.

    :param fault: function of the text
    """

    @wraps(handle)
    def in_words(error):
        if is_discreet() and not isinstance(error, TOLD):
            return xmlrpc.dumps(fault(str(TEXT)))
        return handle(error)

    return in_words


http.serialize_exception = _words(http.serialize_exception)
xmlrpc.xmlrpc_handle_exception_int = _fault(
    xmlrpc.xmlrpc_handle_exception_int,
    lambda text: Fault(xmlrpc.RPC_FAULT_CODE_APPLICATION_ERROR, text),
)
xmlrpc.xmlrpc_handle_exception_string = _fault(
    xmlrpc.xmlrpc_handle_exception_string, lambda text: Fault(text, "")
)
