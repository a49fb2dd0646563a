"""What is wrong with a French text, by the rules that its readers' country has.

Blanks before a colon, before % and $ and inside guillemets keep a line from breaking
there. In Québec nothing stands before a semicolon, a question or an exclamation mark,
elsewhere such a blank does.
Nothing here is of Odoo: `tests/tooling/test_french_texts.py` reads all translations.
"""

import re

NBSP = "\u00a0"
#: Words that Québec has others for, as stems.
FOREIGN_TO_QUEBEC = re.compile(
    r"\b(rapproch\w*|e-?mails?|mails?|tableurs?|week-?ends?|parkings?|spams?|"
    r"newsletters?|cookies?|checklists?|uploader|cliquer sur le lien)\b",
    re.IGNORECASE,
)
ANYWHERE = {
    "a line may break before a sign": re.compile(r"[^\s\\] (?:[:;?!](?=\s|$)|»)"),
    "a line may break after «": re.compile("« "),
    "a line may break between number and unit": re.compile(
        r"(?:\d|%\(\w+\)s|%s) (?:%%|%(?![\(\w])|\$|(?:[KMG]o|h|j|min)\b)"
    ),
    "a plural in brackets": re.compile(r"\w\((?:s|x|es|nt|ent)\)"),
    "no blank before a colon": re.compile(r"[^\s:](?<!Content-Type):(?=\s|$)"),
    "no blank inside guillemets": re.compile(r"«(?!\u00a0)|(?<!\u00a0)»"),
}
QUEBEC = {
    "a blank before ; ? or !": re.compile(r"[^\S\n][;?!](?=\s|$)"),
    "a word that Québec does not use": FOREIGN_TO_QUEBEC,
}
ELSEWHERE = {
    "no blank before ; ? or !": re.compile(r"[^\s;?!][;?!]+(?=\s|$)"),
}
#: What is no text: tags, with what they are told, and characters by their names.
MARKUP = re.compile(r"<[^>]*>|&\w+;")
#: «1 frais» and «2 frais», «1 mois»: these do not change.
UNCHANGING = r"(?:frais|fois|mois|pas|plus|puis|sans|dans|sous|vers|accès|cas|jamais)"
#: 0 and 1 have their noun in the singular.
OF_ONE = re.compile(rf"(?<![\d.,:/-])\b[01] (?!{UNCHANGING}\b)[a-zà-ÿ]+[sx]\b")


def faults(text, quebec=False):
    """Return what is wrong with a text.

    :param str text: with its numbers, or with placeholders for them
    :param bool quebec: by the rules of Québec
    :return: list of (rule, the place)
    """
    rules = ANYWHERE | (QUEBEC if quebec else ELSEWHERE)
    rules = rules | {"a plural after 0 or 1": OF_ONE}
    text = MARKUP.sub("", text)
    return [
        (rule, text[max(0, match.start() - 15) : match.end() + 15])
        for rule, pattern in rules.items()
        for match in pattern.finditer(text)
    ]
