"""Why somebody may what his groups say nothing of: nothing else is let pass.

Plain Python, read beside `access.json`.
"""

#: (model, deed or method): why every employee may
EMPLOYEES = {}
#: (model, method): why it is harmless for who may not read the records
BLIND = {}
