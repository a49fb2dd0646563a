"""Decorators that hold for a whole method, whatever addon overrides it.

A decorator of one override would hold from there inwards only: what an addon loaded
later does before it calls `super()` would escape it.
"""


def outermost(decorator):
    """Let a decorator be put around the last override of each method that it marks.

    :param decorator: function of a method, giving another one
    :return: the same, whose methods are marked
    """

    def decorate(method):
        decorated = decorator(method)
        decorated.outermost = decorate
        return decorated

    return decorate


def marked(cls, without=()):
    """Return {name: decorator} of the methods of a class, or of its bases.

    :param cls: class of a model
    :param without: classes that are not looked at
    """
    return {
        name: value.outermost
        for base in cls.__mro__
        if base not in without
        for name, value in vars(base).items()
        if hasattr(value, "outermost")
    }


#: what a class says of itself that holds the methods around a model's
AROUND = "_exchange_is_around"


def put_around(cls, decorators):
    """Decorate the last override of methods, where it is not.

    They become the first of the model's bases. What others put on its class itself
    while the program runs, and take off again whoever has put it there, as automation
    rules do, goes around them, and leaves them where they are.

    :param cls: class of a model, as its registry has it
    :param dict decorators: {name: decorator}
    """
    take_off(cls)
    methods = {
        name: decorate(method)
        for name, decorate in decorators.items()
        if getattr(method := getattr(cls, name), "outermost", None) is not decorate
    }
    if methods:
        first = type("Around", (), {"__slots__": (), AROUND: True, **methods})
        cls.__bases__ = (first, *cls.__bases__)


def take_off(cls):
    """Take off what :func:`put_around` has put on a class: its bases may change."""
    if AROUND in vars(cls.__bases__[0]):
        cls.__bases__ = cls.__bases__[1:]
