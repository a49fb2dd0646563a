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


def put_around(cls, decorators):
    """Decorate the last override of methods, where it is not.

    :param cls: class of a model, as its registry has it
    :param dict decorators: {name: decorator}
    """
    for name, decorate in decorators.items():
        method = getattr(cls, name)
        if getattr(method, "outermost", None) is not decorate:
            setattr(cls, name, decorate(method))


def take_off(cls):
    """Take off what :func:`put_around` has put on a class: its bases may change."""
    for name, value in [*vars(cls).items()]:
        if hasattr(value, "outermost"):
            delattr(cls, name)
