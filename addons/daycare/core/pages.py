"""Pages that replace each other from a date on."""


def in_force(pages, day):
    """Return what is in force on a day: the last page begun, else the first (kibe 6.3).

    :param pages: list of (date from, value) in the order of the dates
    :param date day: included
    :return: a value, or None without pages
    """
    begun = [value for date_from, value in pages if date_from <= day]
    if begun:
        return begun[-1]
    return pages[0][1] if pages else None
