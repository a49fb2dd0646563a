"""When a resource is valid FHIR R4: two published libraries must accept it.

`fhirclient` has the models of 4.0.1, the release that is served: elements, their types
and how often they may occur. `fhir.resources` also checks values and lists the codes,
with the models of R4B (4.3.0), whose definitions of the resources served here are the
same; of R4 itself it has none.
"""

import json
from importlib import import_module

from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel

#: lists that only name examples
OPEN = ("format",)


def validate(text):
    """Check a resource, and those in it if it is a Bundle.

    :param text: JSON as it was sent, str or bytes
    :return: the resource, parsed
    :raises Exception: what the library that refuses it says
    """
    resource = json.loads(text)
    kind = resource["resourceType"]
    _check_codes(get_fhir_model_class(kind).model_validate_json(text))
    module = import_module(f"fhirclient.models.{kind.lower()}")
    model = getattr(module, kind)(resource, strict=True)
    if model.as_json() != resource:
        raise AssertionError(f"{kind}: fhirclient read less than was sent")
    return resource


def _check_codes(element):
    """Refuse codes their element does not list: the models name them, unchecked."""
    for name, field in type(element).model_fields.items():
        value = getattr(element, name)
        allowed = (field.json_schema_extra or {}).get("enum_values")
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, BaseModel):
                _check_codes(part)
            elif allowed and part not in (*allowed, None) and name not in OPEN:
                raise ValueError(f"{type(element).__name__}.{name}: {part}")
