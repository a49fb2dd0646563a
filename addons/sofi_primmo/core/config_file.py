"""The script's own config.json (spec 9.1 [S0])."""

import json
from dataclasses import dataclass, field
from pathlib import PureWindowsPath

from .exceptions import CodedError
from .transport import site

# Key in the file -> attribute of an entry.
COMPANY_KEYS = {
    "url": "url",
    "apiaccesskey": "api_access_key",
    "apisecret": "api_secret",
}
BILLING_KEYS = {
    "VendorId": "vendor_id",
    "MdgFormatCol09": "mdg_col09",
    "MdgFormatCol11": "mdg_col11",
    "MdgFormatCol14": "mdg_col14",
    "MdgFormatCol15V": "mdg_col15v",
    "MdgFormatCol15P": "mdg_col15p",
}
OPTION_KEYS = {
    "StartDate": "start_date",
    "EndDate": "end_date",
    "Language": "language",
    "DryRun": "dry_run",
    "OutputDirectory": "output_directory",
}
SECRETS = ("api_access_key", "api_secret")
DEFAULTS = {
    "start_date": None,
    "end_date": None,
    "language": "FR",
    "dry_run": False,
    "output_directory": "output",
    "log_directory": "log",
}


# Written as "": no folder at all, the files are only kept in Odoo. A missing or null
# value is the default folder, as in the script [S0].
EMPTY_MEANS_NONE = ("output_directory",)


class ConfigFileError(CodedError):
    """`.code` is `json`, `companies`, `url`, `twice`, `language` or `value`.

    :param str other: a second place, of an address that stands there too
    """

    def __init__(self, code, message="", other=""):
        super().__init__(code, message)
        self.other = other


@dataclass(slots=True)
class ConfigFile:
    """What a config.json says.

    :ivar list entries: one dict of residence values a company
    :ivar list unknown: keys nobody knows, as paths
    """

    entries: list = field(default_factory=list)
    unknown: list = field(default_factory=list)


def load(content):
    """Read a config.json.

    :param bytes content: the file, UTF-8 with or without byte order mark
    :rtype: ConfigFile
    :raises ConfigFileError: when it cannot be read, naming the place
    """
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise ConfigFileError("json", place) from error
    except (ValueError, RecursionError) as error:  # no text, or nested without end
        raise ConfigFileError("json", "1:1") from error
    companies = data.get("Companies") if isinstance(data, dict) else None
    if not isinstance(companies, list) or not companies:
        raise ConfigFileError("companies", "Companies")
    result = ConfigFile()
    general = {**DEFAULTS, **_options(data, "", result, ("Companies",))}
    for number, company in enumerate(companies):
        place = f"Companies[{number}]"
        if not isinstance(company, dict):
            raise ConfigFileError("companies", place)
        result.entries.append({**general, **_company(company, place, result)})
    _check_sites(result.entries)
    return result


def _check_sites(entries):
    """Refuse one site under two entries: its charges would be billed twice."""
    seen = {}
    for number, entry in enumerate(entries):
        place = f"Companies[{number}].url"
        first = seen.setdefault(site(entry["url"]) or place, place)
        if first != place:
            raise ConfigFileError("twice", place, first)


def dump(entries, with_secrets=False):
    """Write a config.json; what all residences share stands once at the top.

    :param list entries: dicts as `load` gives them
    :param bool with_secrets: write keys and secrets too
    :rtype: bytes
    """
    shared = {
        key: value
        for key, value in DEFAULTS.items()
        if len({entry[key] for entry in entries}) == 1
    }
    data = {"Companies": [_dump_company(e, shared, with_secrets) for e in entries]}
    data |= _dump_options({key: entries[0][key] for key in shared} if entries else {})
    return (json.dumps(data, ensure_ascii=False, indent="\t") + "\n").encode()


def _company(company, place, result):
    values = _known(company, COMPANY_KEYS, place)
    if not values.get("url"):
        raise ConfigFileError("url", f"{place}.url")
    billing = company.get("PrimmoBilling") or {}
    if not isinstance(billing, dict):
        raise ConfigFileError("value", f"{place}.PrimmoBilling")
    values |= _known(billing, BILLING_KEYS, f"{place}.PrimmoBilling")
    unknown = set(billing) - set(BILLING_KEYS)
    result.unknown += [f"{place}.PrimmoBilling.{key}" for key in sorted(unknown)]
    known = (*COMPANY_KEYS, "PrimmoBilling")
    return values | _options(company, f"{place}.", result, known)


def _options(data, place, result, known):
    values = {}
    for key, value in data.items():
        if key in OPTION_KEYS:
            values[OPTION_KEYS[key]] = _option(key, value, place)
        elif key == "FileLogging":
            path = value.get("FilePath") if isinstance(value, dict) else value
            values["log_directory"] = (
                _text(path, f"{place}FileLogging.FilePath") or "log"
            )
        elif key not in known:
            result.unknown.append(f"{place}{key}")
    return values


def _option(key, value, place):
    attribute = OPTION_KEYS[key]
    if key == "DryRun":
        if not isinstance(value, bool | None):
            raise ConfigFileError("value", f"{place}{key}")
        return bool(value)
    if attribute in EMPTY_MEANS_NONE and value == "":
        return ""
    text = _text(value, f"{place}{key}") or DEFAULTS[attribute]
    if key == "Language":
        text = text.upper()
        if text not in ("FR", "EN"):
            raise ConfigFileError("language", f"{place}{key}")
    return text


def _known(data, keys, place):
    return {
        attribute: _text(data[key], f"{place}.{key}")
        for key, attribute in keys.items()
        if key in data
    }


def is_windows_path(path):
    """Tell whether a folder is written for Windows: with a drive, or backslashes.

    On another system that would be a folder of this very name.

    :param str path: as it stands in the file
    :rtype: bool
    """
    return "\\" in path or bool(PureWindowsPath(path).drive)


def _text(value, place):
    """Return a text or None; numbers are taken as they are written."""
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise ConfigFileError("value", place)
    return None if value is None or value == "" else str(value)


def _dump_company(entry, shared, with_secrets):
    company = {
        key: entry.get(attribute)
        for key, attribute in COMPANY_KEYS.items()
        if with_secrets or attribute not in SECRETS
    }
    company["PrimmoBilling"] = {
        key: entry.get(attribute) for key, attribute in BILLING_KEYS.items()
    }
    own = {key: entry[key] for key in DEFAULTS if key not in shared}
    return company | _dump_options(own)


def _dump_options(values):
    """Return options under their names in the file, defaults left out."""
    told = {k: v for k, v in values.items() if v != DEFAULTS[k]}
    options = {
        key: told[attribute]
        for key, attribute in OPTION_KEYS.items()
        if attribute in told
    }
    if "log_directory" in told:
        options["FileLogging"] = {"FilePath": told["log_directory"]}
    return options
