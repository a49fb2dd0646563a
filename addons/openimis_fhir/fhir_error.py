"""A refusal with a FHIR issue code."""

from odoo.exceptions import UserError


class FhirError(UserError):
    """Answered as OperationOutcome.

    :param int status: HTTP status
    :param str issue: FHIR issue type, e.g. `business-rule`
    :param str text: what the caller reads
    :param str expression: FHIRPath of the element at fault
    :param str allow: methods that can be used instead, with status 405
    """

    def __init__(self, status, issue, text, expression=None, allow="GET, HEAD"):
        super().__init__(text)
        self.allow = allow
        self.status = status
        self.issue = issue
        self.expression = expression
