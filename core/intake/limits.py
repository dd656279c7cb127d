"""How large a file may be. Limits are checked first, before anything is made of the content."""

MAX_BYTES = 25 * 1024 * 1024  # unpacked
MAX_ROWS = 250_000  # rows with data in them
MAX_LINES = 500_000  # rows, titles, comments and blank lines together
MAX_COLUMNS = 200
MAX_CELL = 10_000  # characters
MAX_LINE_LENGTH = MAX_COLUMNS * MAX_CELL
MAX_TABLES = 100  # stacked in one file

# A workbook is a zip archive, which can claim to be small.
MAX_ARCHIVE_ENTRIES = 1_000
MAX_ARCHIVE_RATIO = 300  # of an entry, once it is larger than
RATIO_FREE_BYTES = 1024 * 1024
