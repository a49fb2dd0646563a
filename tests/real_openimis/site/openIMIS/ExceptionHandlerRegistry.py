"""How each package answers what went wrong in its REST views."""

from rest_framework.views import exception_handler


class ExceptionHandlerRegistry:
    """Handlers by package; packages add themselves when they are ready."""

    handlers = {}

    @classmethod
    def register_exception_handler(cls, module, handler):
        """Take the handler of a package."""
        cls.handlers[module] = handler


def answer(error, context):
    """Answer an error with the handler of the package whose view it left.

    :param Exception error: what the view raised
    :param dict context: of Django REST framework
    """
    package = type(context["view"]).__module__.partition(".")[0]
    handler = ExceptionHandlerRegistry.handlers.get(package, exception_handler)
    return handler(error, context)
