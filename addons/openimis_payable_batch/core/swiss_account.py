"""Swiss account numbers: which bank an IBAN is kept at, and which take references only.

Source: Swiss Payment Standards, IBAN and QR-IBAN.
"""

#: Switzerland and Liechtenstein share one clearing
COUNTRIES = ("CH", "LI")
#: institutional identifications of QR-IBANs, which take a QR reference and nothing else
QR_FROM, QR_TO = 30000, 31999


def is_swiss(iban):
    """Tell whether an account is in the Swiss clearing.

    :param str iban: without blanks
    """
    return iban[:2] in COUNTRIES and iban[4:9].isdecimal()


def clearing_number(iban):
    """Return the institutional identification (IID) that a Swiss IBAN names.

    :param str iban: without blanks
    :return: digits, empty for an account elsewhere
    """
    return str(int(iban[4:9])) if is_swiss(iban) else ""


def is_qr(iban):
    """Tell whether an account is a QR-IBAN.

    :param str iban: without blanks
    """
    return is_swiss(iban) and QR_FROM <= int(iban[4:9]) <= QR_TO
