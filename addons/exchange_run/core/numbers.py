"""Runs of consecutive numbers, for slots."""


def runs(numbers):
    """Return the runs of consecutive numbers.

    :param numbers: iterable of int, in any order
    :return list: of ``(first, last)``, ascending
    """
    result = []
    for number in sorted(numbers):
        if result and result[-1][1] == number - 1:
            result[-1] = (result[-1][0], number)
        else:
            result.append((number, number))
    return result


def ranges(numbers):
    """Return numbers as text with their runs shortened: 1, 2, 3, 5 → ``1–3, 5``."""
    return ", ".join(
        f"{first}–{last}" if first < last else f"{first}"
        for first, last in runs(numbers)
    )
