"""How long a regular expression that a user gave may take."""

from functools import lru_cache
from math import inf

# the parser of `re` itself: it has no public name
from re import _parser

#: more characters no account has
LONGEST_ACCOUNT = 64
#: more ways to read an account no description needs; so many take a moment
MOST_WAYS = 100_000
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
_SLOW = {"ASSERT", "ASSERT_NOT", "GROUPREF", "GROUPREF_EXISTS"}


@lru_cache
def is_quick(pattern):
    """Tell whether a regular expression is compared with any account in a moment.

    One in which a part that may be read in several ways is repeated is not: the time
    doubles with each character, and everything else on the server waits.

    :param str pattern: a valid regular expression
    :rtype: bool
    """
    return _ways(_parser.parse(pattern)) <= MOST_WAYS


def _ways(parsed):
    """Return in how many ways a text may be compared with a pattern, at most."""
    ways = 1
    for code, argument in parsed:
        name = str(code)
        if name in _SLOW:
            return inf
        if name in _REPEATS:
            low, high, inner = argument
            high = min(int(high), LONGEST_ACCOUNT)
            inside = _ways(inner)
            if inside > 1 and high > 1:
                return inf
            ways *= max(high - low + 1, 1) * inside
        elif name == "BRANCH":
            ways *= sum(map(_ways, argument[1]))
        elif name == "SUBPATTERN":
            ways *= _ways(argument[-1])
        elif name == "ATOMIC_GROUP":
            ways *= _ways(argument)
    return ways
