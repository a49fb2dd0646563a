"""Settings of the openIMIS of the tests: loopback, PostgreSQL, nothing else.

What the packages read from the settings is here; the connection to PostgreSQL comes
from libpq's environment variables.
"""

import os
from datetime import timedelta

from .openimisapps import openimis_apps

SECRET_KEY = "an openIMIS of the tests, on loopback only"  # noqa: S105
DEBUG = False
MODE = "PROD"
IS_TESTING = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
MSSQL = False
ROW_SECURITY = True


def SITE_ROOT():
    """Root of all addresses."""
    return "api/"


def SITE_URL():
    """Host of all addresses."""
    return os.environ.get("OPENIMIS_SITE", "127.0.0.1")


SITE_FRONT = "front"
FRONTEND_URL = "http://127.0.0.1"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "graphene_django",
    "graphql_jwt.refresh_token.apps.RefreshTokenConfig",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "django_apscheduler",
    *openimis_apps(),
]
MIDDLEWARE = [
    "core.middleware.DefaultAxesAttributesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.middleware.GraphQLRateLimitMiddleware",
    "axes.middleware.AxesMiddleware",
    "core.middleware.SecurityHeadersMiddleware",
]
ROOT_URLCONF = "openIMIS.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("OPENIMIS_DATABASE", "openimis"),
        "HOST": os.environ.get("PGHOST", ""),
        "PORT": os.environ.get("PGPORT", ""),
        "USER": os.environ.get("PGUSER", ""),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
CACHES = {
    name: {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": name,
    }
    for name in ("default", "location", "coverage")
}
CACHE_OBJECT_TTL = 3600
CACHE_OBJECT_DEFAULT = False

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "graphql_jwt.backends.JSONWebTokenBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=5)
PASSWORD_MIN_LENGTH = 8
PASSWORD_UPPERCASE = PASSWORD_LOWERCASE = PASSWORD_DIGITS = PASSWORD_SYMBOLS = 0
RATELIMIT_CACHE = "default"
RATELIMIT_GROUP = "graphql"
RATELIMIT_KEY = "ip"
RATELIMIT_RATE = os.environ.get("OPENIMIS_RATE", "100000/m")
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.E003", "django_ratelimit.W001"]

GRAPHENE = {
    "SCHEMA": "openIMIS.schema.schema",
    "RELAY_CONNECTION_MAX_LIMIT": 100,
    "MIDDLEWARE": ["graphql_jwt.middleware.JSONWebTokenMiddleware"],
}
GRAPHQL_JWT = {
    "JWT_VERIFY_EXPIRATION": True,
    "JWT_LONG_RUNNING_REFRESH_TOKEN": True,
    "JWT_EXPIRATION_DELTA": timedelta(days=1),
    "JWT_AUTH_HEADER_PREFIX": "Bearer",
    "JWT_ENCODE_HANDLER": "core.jwt.jwt_encode_user_key",
    "JWT_DECODE_HANDLER": "core.jwt.jwt_decode_user_key",
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.jwt_authentication.JWTAuthentication",
        "rest_framework.authentication.BasicAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "EXCEPTION_HANDLER": "openIMIS.ExceptionHandlerRegistry.answer",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

SCHEDULER_CONFIG = {}
SCHEDULER_JOBS = []
SCHEDULER_CUSTOM = []
SCHEDULER_AUTOSTART = False
EMAIL_HOST_USER = ""

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = False
STATIC_URL = "/api/static/"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

#: the tables are made of the models as they are: the packages' migrations begin in a
#: database that was made elsewhere
MIGRATION_MODULES = {
    name.rpartition(".")[2]: None
    for name in (
        *openimis_apps(),
        "admin",
        "auth",
        "axes",
        "contenttypes",
        "django_apscheduler",
        "refresh_token",
        "sessions",
    )
}
