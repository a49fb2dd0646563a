"""Codes and exact texts shared by the connector."""

from enum import StrEnum

# Exact log lines of the original script (spec 9.3 [S0]): never translated.
LOG_DRY_RUN = (
    "IMPORTANT! DryRun will create the files but will not set archived status "
    "for charges."
)
LOG_FILES_FOUND = (
    "Files found in the output directory, check logs and clean output directory "
    "before retrying"
)
LOG_INVALID_CREDENTIALS = "Invalid client credentials for VendorId {vendor}"
LOG_INVALID_OUTPUT = "Invalid output directory '{path}'"
LOG_LOG_CREATED = "Log directory '{path}' created"
LOG_OUTPUT_SET = "Output directory is set to '{path}'"
_SCRIPT_STARTS = tuple(
    text.partition("{")[0]
    for text in (
        LOG_DRY_RUN,
        LOG_FILES_FOUND,
        LOG_INVALID_CREDENTIALS,
        LOG_INVALID_OUTPUT,
        LOG_LOG_CREATED,
        LOG_OUTPUT_SET,
    )
)

DEFAULT_OUTPUT_DIRECTORY = "output"
DEFAULT_LOG_DIRECTORY = "log"

CURRENCY = "CAD"
ARCHIVE_BATCH = 200
PAGE_SIZE = 500
MAX_PAGES = 10_000

# Rights the connector needs (spec 3.3 [S0][S1]): right of SOFI -> its label there.
RIGHTS = {
    "admin:view": "Admin/View",
    "bill:view": "Bill/View",
    "general:view": "General Information/View",
}


def is_script_text(text):
    """Tell whether a log line has the exact text of the original script."""
    return text.startswith(_SCRIPT_STARTS)


class Skip(StrEnum):
    """Why an accepted charge does not go into the file (spec 4.4)."""

    NO_EXTERNAL_ID = "no_external_id"
    SERVICE_CODE_FORMAT = "service_code_format"
    SERVICE_CODE_UNKNOWN = "service_code_unknown"
    NOT_A_SAC = "not_a_sac"
    ALREADY_EXPORTED = "already_exported"
    INVALID_CHARGE = "invalid_charge"


class Remark(StrEnum):
    """What is worth saying about a charge that does go into the file."""

    SERVICE_CODE_UNKNOWN = "service_code_unknown"
    NOT_A_SAC = "not_a_sac"
    AMOUNT_DIFFERS = "amount_differs"
    ZERO_AMOUNT = "zero_amount"
    DESCRIPTION_LANGUAGE = "description_language"
    CHARACTER_LOST = "character_lost"


class ServiceType(StrEnum):
    """Families of service codes (spec 5.1 [S1])."""

    SAC = "sac"  # service à la carte
    SAC_BAIL = "sac_bail"  # service à la carte au bail
    BAIL = "bail"  # service au bail
