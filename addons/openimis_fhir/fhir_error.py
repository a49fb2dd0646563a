"""A refusal with a FHIR issue code."""

from odoo.exceptions import UserError


class FhirError(UserError):
    """Answered as OperationOutcome.

    :param int status: HTTP status
    :param str issue: FHIR issue type, e.g. `business-rule`
    :param str text: what the caller reads
    :param str expression: FHIRPath of the element at fault
    """

    def __init__(self, status, issue, text, expression=None):
        super().__init__(text)
        self.status = status
        self.issue = issue
        self.expression = expression
