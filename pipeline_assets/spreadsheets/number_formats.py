"""How a workbook shows a number: as a number, a percentage, a date, a time, or not at all.

Belongs here: the codes of Excel's number formats. Not here: where a file stores the codes (`xlsx_file.py`). The child
process that reads workbooks imports this module: the standard library only.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

BUILT_IN = {
    **{0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00"},
    **{12: "# ?/?", 13: "# ??/??", 14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy"},
    **{18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "dd/mm/yyyy h:mm"},
    **dict.fromkeys((*range(27, 32), 36, *range(50, 59)), "yyyy/mm/dd"),
    **dict.fromkeys(range(32, 36), "h:mm"),
    **{37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00"},
    **{44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 48: "##0.0E+0", 49: "@"},
}
"The format codes that a workbook refers to by number only, as a British Excel shows them."


@dataclass(frozen=True)
class Shown:
    """The visible form of a number.

    `text` is the exact value, or a date as YYYY-MM-DD. `kind` is "" if `text` is what a person sees, "number" if Excel
    shows `detail` ("" if that is unknown), "date", or "fault" with the reason in `detail`.
    """

    text: str
    kind: str = ""
    detail: str = ""


def show_number(raw: str, code: str, *, starts_1904: bool = False) -> Shown:
    """Return the visible form of a stored number in a cell of this format."""
    try:
        value = float(raw)
    except ValueError:
        return Shown(raw, "fault", f"contains {raw[:40]!r} where a number should be")
    if value != value or value in (float("inf"), float("-inf")):
        return Shown(raw, "fault", f"contains {raw[:40]!r}, which is not a number")
    plain = repr(value).removesuffix(".0")
    section = _section(code, value)
    bare = _without_literals(section)
    match _kind_of(bare):
        case "general":
            return Shown(plain)
        case "hidden":
            return Shown(plain, "fault", f"contains {plain}, which its format hides: show it or clear the cell")
        case "time":
            return Shown(plain, "fault", "contains a time of day without a date: write the date as YYYY-MM-DD")
        case "date":
            return _show_date(value, plain, bare, starts_1904=starts_1904)
        case "scaled":
            return Shown(plain, "fault", f"contains {plain}, but its format shows it in thousands: use a plain format")
        case "percentage":
            decimals = len(bare.partition(".")[2].strip("% ")) if "." in bare else 0
            return Shown(f"{value * 100:.{decimals}f}%")
    shown = _show_plain(section, value)
    return Shown(plain) if shown == plain else Shown(plain, "number", shown)


def _section(code: str, value: float) -> str:
    """Return the part of a format for positive numbers, negative numbers or zero."""
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    if value < 0 and len(sections) > 1:
        return sections[1]
    if value == 0 and len(sections) > 2:
        return sections[2]
    return sections[0]


@cache
def _without_literals(section: str) -> str:
    """Return a format without quoted texts, colours, conditions, currency and padding."""
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.', "", section)
    return re.sub(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", "", bare, flags=re.IGNORECASE)


@cache
def _kind_of(bare: str) -> str:
    text = bare.strip().casefold()
    if text in ("general", "@", "0", "#"):
        return "general"
    if not text:
        return "hidden"
    letters = re.sub(r"am/pm|a/p|general", "", re.sub(r"e[+-]", "", text))
    if re.search(r"[yd]", letters) or ("m" in letters and not re.search(r"[hs]", letters)):
        return "date"
    if re.search(r"[hms]", letters):
        return "time"
    if "%" in text:
        return "percentage"
    if re.search(r"[0#?],+(?![0#?])", text):
        return "scaled"
    return "number" if re.search(r"[0#?@]", text) else "hidden"


def _show_date(value: float, plain: str, bare: str, *, starts_1904: bool) -> Shown:
    days = int(value // 1)
    if 0 <= value < 1 and not starts_1904:
        what = "Excel's day zero" if value == 0 else "a time of day without a date"
        return Shown(
            plain, "fault", f"contains {what} (the number {plain}): write the date as YYYY-MM-DD, or clear the cell"
        )
    if not 0 <= days < 2_958_466:
        return Shown(plain, "fault", f"contains the number {plain}, which is not a date")
    first = date(1904, 1, 1) if starts_1904 else date(1899, 12, 30) if days > 60 else date(1899, 12, 31)
    shown = (first + timedelta(days=days)).isoformat()
    return Shown(shown, "date", "" if re.search("d", bare, re.IGNORECASE) else "month")


def _show_plain(section: str, value: float) -> str:
    """Return the number as Excel shows it in a simple format, or "" for any other format."""
    text = re.sub(r'"([^"]*)"', lambda quoted: re.sub(r"(.)", r"\\\1", quoted[1]), section)
    text = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r"\1", text)
    text = re.sub(r"\[[^\]]*\]|_.|\*.", "", text)
    pattern = r"((?:\\.|[-+()£$€¥ ])*)([#0,]+)(?:\.([0#]+))?((?:\\.|[-+()£$€¥ ])*)"
    parts = re.fullmatch(pattern, text)
    if not parts:
        return ""
    before, whole, decimals, after = parts[1], parts[2], parts[3] or "", parts[4]
    least = len(re.sub("[^0]", "", whole))
    digits = f"{abs(value):{',' if ',' in whole else ''}.{len(decimals)}f}"
    while digits.endswith("0") and "." in digits and decimals.endswith("#"):
        digits, decimals = digits[:-1], decimals[:-1]
    integer, point, fraction = digits.partition(".")
    digits = integer.zfill(least) + point + fraction
    sign = "-" if value < 0 and "-" not in before and "(" not in before else ""
    return sign + (before + digits + after).replace("\\", "").strip()
