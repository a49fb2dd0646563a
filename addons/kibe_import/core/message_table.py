"""Section 3 of the specification: every code, how much it blocks, and its text.

Other languages are in `i18n/*.po`. Placeholders: `{f}` file, `{r}` row, `{c}` column,
`{v}` value, others as what adds the message gives them; `{v:row|rows}` is a number with
the words for one and for several.
"""

from .wording import source as _lt

#: {code: (severity, text)}
TABLE = {
    "U01": (
        "F",
        _lt("Enter the journal date: it dates the income and billing data pages."),
    ),
    "U02": ("W", _lt("Journal date {v} is more than a year away. Check it.")),
    "U03": (
        "F",
        _lt(
            "A Kibé import is already running for this company (started by "
            "{v}). Try again later."
        ),
    ),
    "U04": (
        "W",
        _lt(
            "This file was imported on {v}. A new import creates nothing more "
            "but rebuilds the sector pages."
        ),
    ),
    "U05": (
        "W",
        _lt("Data changed since the preview: it was recomputed, check it again."),
    ),
    "U06": (
        "W",
        _lt(
            "The file is not the one of the preview any more: the preview was "
            "recomputed, check it again."
        ),
    ),
    "U07": (
        "W",
        _lt(
            "This file was imported on {v} with the journal date {n}. Is it "
            "really the new delivery?"
        ),
    ),
    "Z01": ("F", _lt('"{f}" is neither a ZIP archive nor an Excel workbook.')),
    "Z02": ("F", _lt('Archive "{f}" is damaged ({v}). Create it again.')),
    "Z03": ("F", _lt('"{f}" is password protected. Remove the protection.')),
    "Z04": (
        "F",
        _lt("Missing in the archive: {v}. The 5 CSV and 2 XML files are required."),
    ),
    "Z05": ("F", _lt('"{f}" is in the archive more than once. Keep one.')),
    "Z06": ("W", _lt('Unknown file ignored: "{f}".')),
    "Z07": ("I", _lt('Files were read from folder "{v}" of the archive.')),
    "Z08": ("F", _lt('The archive contains a forbidden path "{f}". Import refused.')),
    "Z09": ("F", _lt('"{f}" is too large once unpacked ({v}). Import refused.')),
    "Z10": ("F", _lt("The archive contains another archive. Upload the inner one.")),
    "Z11": ("I", _lt("Excel workbook read: sheets {v}.")),
    "Z12": (
        "F",
        _lt(
            "Missing sheet in the workbook: {v}. The sheet name must be the "
            "CSV file's name."
        ),
    ),
    "Z13": (
        "F",
        _lt(
            "Add groups.xml and slots.xml: the workbook alone does not say "
            "which Odoo groups and slots match Kibé's."
        ),
    ),
    "Z14": ("F", _lt('Archive "{f}" contains several workbooks ({v}). Keep one.')),
    "Z15": (
        "F",
        _lt(
            'Archive "{f}" contains workbook "{v}" and CSV files ({n}): '
            "keep the workbook or the CSV files, not both."
        ),
    ),
    "Z16": (
        "F",
        _lt(
            'Workbook "{f}" has two sheets "{v}" (one of them may be hidden). Keep one.'
        ),
    ),
    "Z17": (
        "I",
        _lt(
            'Workbook "{f}" has hidden or filtered rows: they are read like '
            "the others (rows: {v})."
        ),
    ),
    "C01": ("B", _lt('"{f}" is empty. The header is required even without data.')),
    "C02": ("W", _lt('"{f}" has only a header: no data read.')),
    "C03": ("B", _lt('"{f}": header missing (first line starts with id {v}).')),
    "C04": (
        "B",
        _lt(
            '"{f}": {v:column|columns} found, at least {n} expected in this '
            "order: {list}."
        ),
    ),
    "C05": (
        "B",
        _lt(
            '"{f}": {v:column|columns} instead of {n}. Remove the surplus '
            "columns: {list}."
        ),
    ),
    "C06": ("I", _lt('"{f}": empty trailing columns ignored.')),
    "C07": ("W", _lt('"{f}" is UTF-8, not ISO-8859-1; it was read correctly.')),
    "C08": ("W", _lt('"{f}" is UTF-8 with a BOM; it was read correctly.')),
    "C09": (
        "W",
        _lt('"{f}" is UTF-16 (Excel "Unicode text"); it was read correctly.'),
    ),
    "C10": ("I", _lt('"{f}" contains Windows characters (’ “ €); they were kept.')),
    "C11": (
        "W",
        _lt(
            '"{f}", row {r}: "{v}" was badly converted before the import. '
            "Export again in ISO-8859-1."
        ),
    ),
    "C12": ("W", _lt('"{f}": separator "{v}" detected instead of ";".')),
    "C13": ("B", _lt('"{f}": no separator found. Save as CSV with semicolons.')),
    "C14": ("I", _lt('"{f}": {v} line ends accepted.')),
    "C15": (
        "R",
        _lt(
            '"{f}", row {r}: {v} cells instead of {n} (a separator inside '
            "text must be quoted)."
        ),
    ),
    "C16": ("B", _lt('"{f}", row {r}: quote never closed.')),
    "C17": ("B", _lt('"{f}" is not a text file.')),
    "C18": ("I", _lt('"{f}": {v:empty line|empty lines} ignored.')),
    "C19": ("R", _lt('"{f}", row {r}, "{c}": Excel error "{v}". Fix the cell.')),
    "C20": ("R", _lt('"{f}", row {r}, "{c}": {v} characters, at most {n}.')),
    "C21": ("B", _lt('"{f}": more than {n} rows. Split the file.')),
    "C22": ("R", _lt('"{f}", row {r}, "{c}": control character not allowed.')),
    "C23": ("W", _lt('"{f}": headers look reordered ({v}). Only the order counts.')),
    "C24": (
        "W",
        _lt(
            '"{f}" is in MS-DOS encoding (cp850), not ISO-8859-1; it was '
            "read correctly."
        ),
    ),
    "X01": ("B", _lt('"{f}", line {r}: malformed XML ({v}).')),
    "X02": (
        "B",
        _lt('"{f}" contains a DOCTYPE or ENTITY declaration, which is not allowed.'),
    ),
    "X03": ("W", _lt('"{f}" declares {v} but is {n}; it was read as {n}.')),
    "X04": ("B", _lt('"{f}": unexpected root <{v}>, <{n}> expected.')),
    "X05": ("B", _lt('"{f}", line {r}: attribute {v} missing.')),
    "X06": ("B", _lt('"{f}": "{v}" is mapped to two different targets.')),
    "X07": ("I", _lt('"{f}": entry "{v}" repeated.')),
    "X08": ("W", _lt('"{f}": group "{v}" does not exist in Odoo (no row uses it).')),
    "X09": (
        "B",
        _lt(
            '"{f}", line {r}: SlotSaiId "{v}" must be empty or numbers '
            "separated by commas."
        ),
    ),
    "X10": ("W", _lt('"{f}" contains no mapping.')),
    "X11": ("W", _lt('"{f}", line {r}: "{v}" ignored.')),
    "X12": ("I", _lt('"{f}": codes never used: {v}.')),
    "X13": ("I", _lt('"{f}": blanks before the XML declaration ignored.')),
    "X14": ("W", _lt('"{f}": "{v}" matched with "{n}".')),
    "V01": ("R", _lt('"{f}", row {r}: "{c}" is required.')),
    "V02": ("R", _lt('"{f}", row {r}, "{c}": "{v}" is not a numeric id.')),
    "V03": ("W", _lt('"{f}", row {r}, "{c}": "{v}" read as {n}.')),
    "V04": ("R", _lt('"{f}", row {r}, "{c}": date {v} does not exist.')),
    "V05": ("R", _lt('"{f}", row {r}, "{c}": "{v}" is not dd.mm.yyyy.')),
    "V06": ("W", _lt('"{f}", row {r}, "{c}": Excel number {v} read as {n}.')),
    "V07": ("R", _lt('"{f}", row {r}, "{c}": year {v} out of range.')),
    "V09": (
        "I",
        _lt('"{f}", row {r}, "{c}": "{v}" replaces the existing value "{n}".'),
    ),
    "V10": (
        "W",
        _lt('"{f}", row {r}, "{c}": "{v}" is not a valid e-mail; stored as typed.'),
    ),
    "V11": (
        "I",
        _lt(
            '"{f}", row {r}, "{c}": number "{v}" read as {n} (the '
            "spreadsheet lost the leading zero)."
        ),
    ),
    "V12": ("I", _lt('"{f}", row {r}, "{c}": "{v}" is stored as typed.')),
    "S01": ("I", _lt("{v} already exists: not changed.")),
    "S02": (
        "I",
        _lt(
            '{v}: the file has "{n}", the base keeps "{o}". Use "overwrite" to replace.'
        ),
    ),
    "S03": ("I", _lt("Child {v}: main parent changes from {o} to {n}.")),
    "E01": ("R", _lt("Child {v}: contradictory rows {r}. Keep one.")),
    "E02": ("W", _lt("Child {v}: row {r} repeated, ignored.")),
    "E03": ("R", _lt('Row {r}: unknown gender "{v}". Add this label or correct it.')),
    "E04": (
        "R",
        _lt(
            'Row {r}: language "{v}" is not declared. Declare it or its ISO '
            "639-2 correspondence."
        ),
    ),
    "E05": ("R", _lt('Row {r}: registration status "{v}" not in the list.')),
    "E06": ("R", _lt('Row {r}: parental authority "{v}" not in the list.')),
    "E07": ("W", _lt("Row {r}: departure date {v} is before {n}.")),
    "E08": ("W", _lt('Row {r}: birth {v} and gender "{n}" contradict each other.')),
    "E09": ("R", _lt("Row {r}: main parent {v} not found in intervenants.csv.")),
    "E10": ("R", _lt("Row {r}: partner {v} not found in intervenants.csv.")),
    "E11": ("W", _lt("Row {r}: partner {v} is the main parent; one link made.")),
    "E12": (
        "I",
        _lt("Row {r}: parent {v} has a partner {n}, the child is not linked to them."),
    ),
    "E13": ("W", _lt("Row {r}: departure reason or status without a date.")),
    "E14": (
        "I",
        _lt(
            "{v:child|children}: status 30 (active) or authority 1 (both "
            "parents) set by default."
        ),
    ),
    "E15": (
        "W",
        _lt('"{f}", row {r}: unknown postcode "{v}": no town, no QR-bill possible.'),
    ),
    "E16": ("I", _lt('Postcode "{v}" read as {n}.')),
    "E17": (
        "W",
        _lt(
            '"{f}", row {r}: "{v}" is not a Swiss postcode. Complete country and town.'
        ),
    ),
    "E18": ("W", _lt("Child {v} ({n}): no schedule in prestations.csv.")),
    "E20": (
        "W",
        _lt(
            '"{f}", row {r}: address 1 changes, the old line 2 "{v}" is '
            "kept (empty cell). Check it."
        ),
    ),
    "E19": (
        "W",
        _lt(
            "{v}: possible duplicate of record {n}. Attach it before importing "
            "if it is the same person."
        ),
    ),
    "E21": (
        "I",
        _lt(
            "Child {v} ({n}) in error: nothing of it is imported, its other "
            "rows wait ({o})."
        ),
    ),
    "I01": (
        "W",
        _lt(
            'Row {r}: {c} "{v}" of guardian {n} differs from row {o}; the '
            "first is kept."
        ),
    ),
    "I02": (
        "R",
        _lt(
            'Row {r}, "{c}": "{v}" is not valid. Write {n} (decimal comma, '
            "no other separator)."
        ),
    ),
    "I03": ("W", _lt('Row {r}, "{c}": "{v}" read as {n}.')),
    "I04": ("R", _lt('Row {r}, "{c}": an income cannot be negative.')),
    "I05": (
        "I",
        _lt(
            "Guardian {v}: confidential income (over 999998). The maximum rate "
            "will apply."
        ),
    ),
    "I06": ("W", _lt("Row {r}: partner's income without a partner, ignored.")),
    "I07": ("W", _lt('Row {r}: partner "{v}" without id, ignored.')),
    "I08": ("W", _lt("Accounting id {v} is on both {n} and {o}.")),
    "I09": ("W", _lt("Guardian {v} ({n}): linked to no child.")),
    "I10": ("I", _lt("{v} attached to the existing contact {n} by accounting id.")),
    "I11": ("R", _lt("Accounting id {v}: several contacts match ({n}). Choose one.")),
    "I12": ("R", _lt("Row {r}: parent and partner have the same id {v}.")),
    "I13": ("R", _lt("Row {r}: id {v} already names {n} on row {o}.")),
    "I14": (
        "W",
        _lt("Guardian {v}: unusual income for a {n} basis. Monthly or annual?"),
    ),
    "T01": ("R", _lt("contrats, row {r}: child {v} not found.")),
    "T02": ("W", _lt("contrats, row {r}: {v} is not the main parent of child {n}.")),
    "T03": ("R", _lt("contrats, row {r}: name of debtor {v} missing.")),
    "T04": ("R", _lt("Child {v}: two different debtors ({n}). Only one is possible.")),
    "T05": ("I", _lt("Child {v}: debtor {n} is one of the parents.")),
    "T06": ("W", _lt("Third-party debtor {v}: income ignored.")),
    "T07": ("I", _lt("contrats, row {r}: no debtor, only the e-mail is used.")),
    "T08": (
        "W",
        _lt("Child {v}: takes organisation {n}'s address (mode \"debtor's address\")."),
    ),
    "T09": (
        "I",
        _lt("Child {v}: third-party debtor {n} kept, absent from contrats.csv."),
    ),
    "T10": ("W", _lt("Child {v} ({n}): contract in error. {o}")),
    "D01": ("R", _lt("intervenantsdata, row {r}: unknown guardian {v}.")),
    "D02": ("W", _lt('Row {r}: unknown courtesy "{v}", role unchanged.')),
    "D03": ("I", _lt('Guardian {v}: role {n} from "{o}".')),
    "D04": (
        "W",
        _lt(
            "Guardian {v}: role {o} → {n} in their own file; unchanged in the "
            "files of children {c}."
        ),
    ),
    "D05": ("W", _lt('Row {r}: unknown civil status "{v}", ignored.')),
    "D06": ("W", _lt('Row {r}: rate "{v}" {n}.')),
    "D07": ("I", _lt("Guardian {v}: e-mail {o} replaced by {n}.")),
    "D08": ("I", _lt('Guardian {v}: employer "{o}" replaced by "{n}".')),
    "D09": ("W", _lt("intervenantsdata: guardian {v} repeated on row {r}.")),
    "P01": ("R", _lt('Row {r}: structure {v}, group "{n}" not in groups.xml.')),
    "P02": (
        "R",
        _lt('Row {r}: Odoo group "{v}" does not exist. Create it or fix groups.xml.'),
    ),
    "P03": ("R", _lt("Row {r}: child {v} not found.")),
    "P04": ("R", _lt("Row {r}: end date {v} is before start {n}.")),
    "P05": ("R", _lt("Row {r}: {v} date missing.")),
    "P06": (
        "R",
        _lt('Row {r}: unknown day "{v}" (lu, ma, me, je, ve, sa, di; one per row).'),
    ),
    "P07": ("R", _lt('Row {r}: invalid hours "{v}"–"{n}".')),
    "P08": ("W", _lt("Row {r}: time {v} read as {n}.")),
    "P09": ("I", _lt('{n:row|rows} with code "{v}" not processed (not in slots.xml).')),
    "P10": ("W", _lt('Code "{v}" not processed: did you mean "{n}"? ({o:row|rows})')),
    "P11": ("R", _lt('Row {r}: hours needed to find the slots of code "{v}".')),
    "P12": ("R", _lt("Row {r}: no slot of group {v} between {n} and {o}.")),
    "P13": ("R", _lt("Row {r}: slot missing in group {n}: {v}.")),
    "P14": ("W", _lt("Row {r}: slots {v} defined, hours would rather give {n}.")),
    "P15": ("W", _lt("Row {r}: department in hours mode, slots {v} ignored.")),
    "P16": ("R", _lt("Row {r}: hours required (department in hours mode).")),
    "P17": ("I", _lt("Row {r}: no code, {v}.")),
    "P18": ("W", _lt("Row {r}: day and hours ignored, the code is missing.")),
    "P19": ("W", _lt("Row {r}: identical to row {v}, ignored.")),
    "P20": ("W", _lt("Child {v}: {n} and {o} overlap on {c}.")),
    "P21": ("W", _lt("Row {r}: short presence, slot {v} used.")),
    "P22": ("W", _lt("Row {r}: {v} minutes outside the group's opening.")),
    "P23": ("W", _lt("Child {v}: schedule {n} although {o}.")),
    "P24": ("W", _lt("Row {r}: slots {v} → {n} (modules), {o} minutes.")),
    "P25": ("R", _lt("Row {r}: slots {v} are not whole modules.")),
    "P26": (
        "W",
        _lt(
            "{v:child loses the sector pages|children lose their sector pages} "
            "({n}): confirm."
        ),
    ),
    "P27": ("W", _lt("Child {v}: month {n} is already invoiced; difference {o}.")),
    "P28": ("W", _lt("Child {v}: manual page {n} overlaps the import.")),
    "P29": ("R", _lt("Group {v}: no slot defined.")),
    "P30": ("W", _lt("Row {r}: period of {v}.")),
    "P32": (
        "W",
        _lt(
            "{v:child|children} with running placements not in the delivery "
            "({n}): choose what becomes of the placements."
        ),
    ),
    "P33": (
        "I",
        _lt(
            "{v:child|children} with running placements not in the delivery ({n}): {o}."
        ),
    ),
    "P34": (
        "R",
        _lt(
            "Rows without a readable child id ({n}): who is missing is not "
            "certain, no placement is ended. Correct these rows, or leave the "
            "placements."
        ),
    ),
}
