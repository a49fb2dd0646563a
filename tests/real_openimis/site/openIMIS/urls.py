"""Addresses as a published openIMIS has them."""

from importlib import import_module

from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from graphene_django.views import GraphQLView

from .openimisapps import openimis_apps
from .schema import schema


class GraphQL(GraphQLView):
    """GraphQL whose requests hold a loader of each kind that is looked up by id."""

    def get_context(self, request):
        """The request, with the loaders the packages know."""
        request.dataloaders = {}
        for config in apps.get_app_configs():
            if hasattr(config, "set_dataloaders"):
                config.set_dataloaders(request.dataloaders)
        return request


urlpatterns = [
    path("api/admin/", admin.site.urls),
    path("api/graphql", csrf_exempt(GraphQL.as_view(schema=schema))),
]

for _package in openimis_apps():
    try:
        import_module(f"{_package}.urls")
    except ModuleNotFoundError as error:
        if error.name != f"{_package}.urls":
            raise
    else:
        urlpatterns.append(path(f"api/{_package}/", include(f"{_package}.urls")))
