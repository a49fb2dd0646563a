"""What is wrong with a German text, by the rules that its Swiss readers have.

«ss» stands for the sharp s, guillemets have no blanks inside, and nothing stands before
a colon, a semicolon, a question or an exclamation mark. Readers are called «Sie».
Nothing here is of Odoo: `tests/tooling/test_german_texts.py` reads all translations.
"""

import re

RULES = {
    "a sharp s": re.compile("ß"),
    "a blank inside guillemets": re.compile(r"«\s|\s»"),
    "quotation marks that are no guillemets": re.compile('[„“”"‹›]'),
    "a blank before a sign": re.compile(r"\w\s+[:;?!](?=\s|$)"),
    "a line may break between number and unit": re.compile(
        r"(?:\d|%\(\w+\)s|%s|\}) (?:%%|%(?![\(\w])|(?:[KMG]B)\b)"
    ),
    "a line may break within «z. B.»": re.compile(r"\bz\.? ?B\."),
    "a plural in brackets": re.compile(r"\w\((?:n|en|e|er|s|innen)\)"),
    "not «Sie»": re.compile(r"\b(?:[Dd]u|[Dd]ir|[Dd]ich|[Dd]eine?[mnrs]?|[Ee]uch)\b"),
    "a word of Germany's": re.compile(
        r"\b(?:USt\b|Ust-?Id|USt-?Id|Umsatzsteuer|Finanzamt|Cents?\b|Euro?cents?)"
    ),
}
#: What is no text: tags, with what they are told, and characters by their names.
MARKUP = re.compile(r"</?[a-z]+(?:\s[^>]*)?>|&\w+;|\{\{.*?\}\}")


def faults(text):
    """Return what is wrong with a text.

    :param str text: with its numbers, or with placeholders for them
    :return: list of (rule, the place)
    """
    text = MARKUP.sub("", text)
    return [
        (rule, text[max(0, match.start() - 15) : match.end() + 15])
        for rule, pattern in RULES.items()
        for match in pattern.finditer(text)
    ]
