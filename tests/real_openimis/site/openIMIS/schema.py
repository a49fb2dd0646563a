"""The GraphQL of all packages in one schema, their signals connected."""

from importlib import import_module

import graphene
import graphql_jwt
from django.middleware.csrf import get_token

from .openimisapps import openimis_apps


def _modules(name):
    for package in openimis_apps():
        try:
            yield import_module(f"{package}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{package}.{name}":
                raise


_SCHEMAS = list(_modules("schema"))


def _classes(name):
    found = (getattr(module, name, None) for module in _SCHEMAS)
    return [kind for kind in found if kind and issubclass(kind, graphene.ObjectType)]


class GetCsrfToken(graphene.Mutation):
    """The token that goes with every request that shows a JWT."""

    csrf_token = graphene.String()

    def mutate(self, info):
        """Set the cookie and tell the token."""
        return GetCsrfToken(csrf_token=get_token(info.context))


class Token(graphene.ObjectType):
    """Logging in by GraphQL."""

    token_auth = graphql_jwt.ObtainJSONWebToken.Field()
    get_csrf_token = GetCsrfToken.Field()


Query = type("Query", (*_classes("Query"), graphene.ObjectType), {})
Mutation = type("Mutation", (*_classes("Mutation"), Token), {})
schema = graphene.Schema(query=Query, mutation=Mutation)

for _module in _SCHEMAS:
    if hasattr(_module, "bind_signals"):
        _module.bind_signals()
for _module in _modules("signals"):
    if hasattr(_module, "bind_service_signals"):
        _module.bind_service_signals()
