"""Numbers with a shape and a check digit: project code, unified social credit code, construction permit number.

Each reader takes what a person typed, brings it to its written form (full-width characters, spaces, long dashes and
lower case are forgiven) and returns that form, or refuses with what is wrong and what is accepted. The check
functions also compute the last character, which is how demo codes are made: never copied from real ones.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
PERMIT_NUMBER_PATTERNS = (r"\d{18}", r"\d{18}[SJZA]\d{1,2}")

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-"))
_SHOWN = 40

_PROJECT_ACCEPTED_ZH = "应为24位带连字符的代码，如 2203-370212-04-01-100013"
_PROJECT_ACCEPTED_EN = "accepted: YYMM-AAAAAA-BB-CC-RRRRRK in digits, such as 2203-370212-04-01-100013"
_CREDIT_ACCEPTED_ZH = "应为18位数字或大写字母（不含 I、O、S、V、Z），第3至8位为数字"
_CREDIT_ACCEPTED_EN = "accepted: 18 digits or capital letters without I, O, S, V, Z, with digits in places 3 to 8"


class BadIdentifier(ValueError):
    """A number that cannot be right.

    ``code`` is stable (``project_code_shape``, ``project_code_month``, ``project_code_check``, ``credit_code_shape``,
    ``credit_code_check``, ``credit_code_organisation``, ``permit_number_shape``); ``value`` is what was given, cut to
    40 characters; ``zh`` and ``en`` are whole sentences that name the value, what is wrong and what is accepted.
    """

    def __init__(self, code: str, value: str, zh: str, en: str) -> None:
        self.code = code
        self.value = value
        self.zh = zh
        self.en = en
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class ProjectCodeRule:
    """What a place decides about project codes (fact book, U11).

    ``legacy_years`` are the first and last four-digit year of the form used before 2020-11-01; both are years whose
    last two digits are no month, so that an old code is never mistaken for a new one.
    """

    legacy_years: tuple[int, int] = (2013, 2020)

    def __post_init__(self) -> None:
        first, last = self.legacy_years
        if not 2013 <= first <= last <= 2099:
            raise ValueError(f"legacy years {first} to {last}: accepted are years from 2013 to 2099, in order")


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """A project code in its written form; ``legacy`` codes carry no check digit and need a recorded exception."""

    text: str
    legacy: bool


def project_code(text: str, rule: ProjectCodeRule = ProjectCodeRule()) -> ProjectCode:
    """Read a project code (投资项目统一代码, 发改投资〔2020〕1439号; GB/T 40058—2021).

    Hyphens may be missing. A year of the old form in the first four digits makes it a legacy code.

    :raises BadIdentifier: for the shape, the month or the check digit, looked at in this order.
    """
    plain = _plain(text)
    found = re.fullmatch(r"(\d{4})-?(\d{6})-?(\d{2})-?(\d{2})-?(\d{6})", plain, re.ASCII)
    if found is None:
        raise BadIdentifier(
            "project_code_shape",
            _shown(text),
            f"项目代码“{_shown(text)}”的格式不对；{_PROJECT_ACCEPTED_ZH}。",
            f"The project code “{_shown(text)}” has the wrong shape; {_PROJECT_ACCEPTED_EN}.",
        )
    written = "-".join(found.groups())
    first, last = rule.legacy_years
    if first <= int(found[1]) <= last:
        return ProjectCode(text=written, legacy=True)
    month = found[1][2:]
    if not 1 <= int(month) <= 12:
        raise BadIdentifier(
            "project_code_month",
            written,
            f"项目代码“{written}”第3、4位是月份，{month} 不是月份；应为 01 至 12。",
            f"Digits 3 and 4 of the project code “{written}” are a month and {month} is none; accepted: 01 to 12.",
        )
    digits = "".join(found.groups())
    expected = project_code_check(digits[:19])
    if int(digits[19]) != expected:
        raise BadIdentifier(
            "project_code_check",
            written,
            f"项目代码“{written}”的校验码不符：末位是 {digits[19]}，按前19位应为 {expected}；请逐位核对后重新填写。",
            f"The check digit of the project code “{written}” is {digits[19]}, but its first 19 digits need "
            f"{expected}; accepted: the code exactly as the investment platform issued it.",
        )
    return ProjectCode(text=written, legacy=False)


def project_code_check(d19: str) -> int:
    """The check digit (0–9) of a project code: ISO 7064 MOD 11,10 over its 19 preceding digits, without hyphens.

    :raises ValueError: when ``d19`` is not 19 digits.
    """
    if re.fullmatch(r"\d{19}", d19, re.ASCII) is None:
        raise ValueError(f"{d19!r}: 19 digits are needed")
    product = 10
    for digit in d19:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def credit_code(text: str, *, check_organisation: bool = False) -> str:
    """Read a unified social credit code (统一社会信用代码, GB 32100—2015) and return its 18 characters.

    ``check_organisation`` also checks the organisation code inside it (places 9 to 17, GB 11714).

    :raises BadIdentifier: for the shape or a check character.
    """
    plain = _plain(text)
    if re.fullmatch(rf"[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{10}}", plain) is None:
        raise BadIdentifier(
            "credit_code_shape",
            _shown(text),
            f"统一社会信用代码“{_shown(text)}”的格式不对；{_CREDIT_ACCEPTED_ZH}。",
            f"The credit code “{_shown(text)}” has the wrong shape; {_CREDIT_ACCEPTED_EN}.",
        )
    expected = credit_code_check(plain[:17])
    if plain[17] != expected:
        raise BadIdentifier(
            "credit_code_check",
            plain,
            f"统一社会信用代码“{plain}”的校验码不符：末位是 {plain[17]}，按前17位应为 {expected}；"
            "请对照营业执照逐位核对。",
            f"The check character of the credit code “{plain}” is {plain[17]}, but its first 17 characters need "
            f"{expected}; accepted: the code exactly as on the licence.",
        )
    if check_organisation and plain[16] != (inner := organisation_code_check(plain[8:16])):
        raise BadIdentifier(
            "credit_code_organisation",
            plain,
            f"统一社会信用代码“{plain}”内的组织机构代码校验码不符：第17位是 {plain[16]}，应为 {inner}。",
            f"Place 17 of the credit code “{plain}”, the check character of its organisation code, is {plain[16]}; "
            f"accepted: {inner}.",
        )
    return plain


def credit_code_check(first17: str) -> str:
    """The 18th character of a credit code: (31 − Σ value·3^i mod 31) mod 31 in the alphabet of GB 32100.

    :raises ValueError: when ``first17`` is not 17 characters of that alphabet.
    """
    if re.fullmatch(rf"[{CREDIT_ALPHABET}]{{17}}", first17) is None:
        raise ValueError(f"{first17!r}: 17 characters of {CREDIT_ALPHABET} are needed")
    total = sum(CREDIT_ALPHABET.index(char) * weight for char, weight in zip(first17, CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[-total % 31]


def organisation_code_check(first8: str) -> str:
    """The ninth character of an organisation code (GB 11714): 11 − Σ mod 11, written X for 10 and 0 for 11.

    :raises ValueError: when ``first8`` is not eight digits or capital letters.
    """
    if re.fullmatch(r"[0-9A-Z]{8}", first8) is None:
        raise ValueError(f"{first8!r}: 8 digits or capital letters are needed")
    pairs = zip(first8, ORGANISATION_WEIGHTS, strict=True)
    total = sum(ORGANISATION_ALPHABET.index(char) * weight for char, weight in pairs)
    return "0123456789X"[-total % 11]


def permit_number(text: str, patterns: Sequence[str] = PERMIT_NUMBER_PATTERNS) -> str:
    """Read a construction permit number (施工许可证号): a shape only, there is no check digit.

    The first default pattern is the plain 18 digits (region, date, serial, class); the second a copy licence for a
    separately contracted special works (S pit, J foundation, Z decoration, A equipment) with its serial.

    :raises BadIdentifier: when no pattern fits the whole number.
    """
    plain = _plain(text)
    if any(re.fullmatch(pattern, plain, re.ASCII) for pattern in patterns):
        return plain
    raise BadIdentifier(
        "permit_number_shape",
        _shown(text),
        f"施工许可证号“{_shown(text)}”的格式不对；应为18位数字，专业工程副证另加 S、J、Z、A 和序号。",
        f"The permit number “{_shown(text)}” has the wrong shape; accepted: 18 digits, for a copy licence followed by "
        "S, J, Z or A and a serial.",
    )


def _plain(text: str) -> str:
    """Half-width capitals without spaces, every dash a hyphen."""
    half_width = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(half_width.split()).upper()


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN else words[:_SHOWN] + "…"
