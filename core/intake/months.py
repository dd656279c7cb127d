"""The names of the months in English, Polish, Italian and Thai."""

import re

# Polish has two forms of each name: "listopad 2026", but "9 listopada 2026".
_NAMES = (
    "january jan styczeń stycznia sty gennaio gen มกราคม ม.ค.",
    "february feb luty lutego lut febbraio กุมภาพันธ์ ก.พ.",
    "march mar marzec marca marzo มีนาคม มี.ค.",
    "april apr kwiecień kwietnia kwi aprile เมษายน เม.ย.",
    "may maj maja maggio mag พฤษภาคม พ.ค.",
    "june jun czerwiec czerwca cze giugno giu มิถุนายน มิ.ย.",
    "july jul lipiec lipca lip luglio lug กรกฎาคม ก.ค.",
    "august aug sierpień sierpnia sie agosto ago สิงหาคม ส.ค.",
    "september sept sep wrzesień września wrz settembre sett set กันยายน ก.ย.",
    "october oct październik października paź ottobre ott ตุลาคม ต.ค.",
    "november nov listopad listopada lis novembre พฤศจิกายน พ.ย.",
    "december dec grudzień grudnia gru dicembre dic ธันวาคม ธ.ค.",
)
_WITHOUT_ACCENTS = str.maketrans("ńśź", "nsz")

MONTHS = {
    spelling: number
    for number, names in enumerate(_NAMES, 1)
    for name in names.split()
    for spelling in (name, name.translate(_WITHOUT_ACCENTS))
}
# Longest first, or "mar" would match the beginning of "marzo".
MONTH_PATTERN = "|".join(re.escape(name) for name in sorted(MONTHS, key=len, reverse=True))


def is_thai(name: str) -> bool:
    return name[0] >= "ก"
