"""Project codes, credit codes and permit numbers: every vector of the fact book (8.1 to 8.3), both ways."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.identifiers import (
    CREDIT_ALPHABET,
    BadIdentifier,
    ProjectCode,
    ProjectCodeRule,
    credit_code,
    credit_code_check,
    organisation_code_check,
    permit_number,
    project_code,
    project_code_check,
)

REAL_PROJECTS = [
    "2603-141124-89-05-346948",
    "2411-130202-89-01-637015",
    "2509-320193-89-01-544060",
    "2509-140602-89-05-864976",
    "2211-441900-04-02-310151",
    "2502-140109-89-01-287745",
]
LAOSHAN_PROJECTS = [
    "2203-370212-04-01-100013",
    "2203-370212-04-01-100021",
    "2204-370212-04-05-200010",
    "2205-370212-89-01-300015",
]
CREDIT_CODES = [
    "91350100M000100Y43",
    "91370200163562681G",
    "91440300708461136T",
    "9111000071093123XX",
    "91110000710930392Y",
    "91370212MA0000015Y",
    "91370212MA3TE5T03H",
    "11370212000000019G",
    "12370212123456788P",
    "92370212MA0000023N",
    "91370200000000000Y",
]


@pytest.mark.parametrize("code", REAL_PROJECTS + LAOSHAN_PROJECTS)
def test_a_project_code_with_the_right_check_digit_is_accepted(code: str) -> None:
    assert project_code(code) == ProjectCode(text=code, legacy=False)
    assert project_code_check(code.replace("-", "")[:19]) == int(code[-1])


@pytest.mark.parametrize("code", REAL_PROJECTS + LAOSHAN_PROJECTS)
def test_a_project_code_with_another_last_digit_is_refused_and_told_the_right_one(code: str) -> None:
    for digit in set("0123456789") - {code[-1]}:
        with pytest.raises(BadIdentifier) as caught:
            project_code(code[:-1] + digit)
        assert caught.value.code == "project_code_check"
        assert caught.value.value == code[:-1] + digit
        assert code[:-1] + digit in caught.value.zh
        assert f"need {code[-1]};" in caught.value.en


def test_the_made_up_code_of_the_fact_book_is_refused_because_a_zero_was_due() -> None:
    with pytest.raises(BadIdentifier, match="need 0;"):
        project_code("2601-140100-89-01-123456")
    with pytest.raises(BadIdentifier, match="is 2, but"):
        project_code("2203-370212-04-01-100012")


def test_month_13_is_refused_before_the_check_digit() -> None:
    for last in "0123456789":
        with pytest.raises(BadIdentifier) as caught:
            project_code(f"2213-370212-04-01-10001{last}")
        assert caught.value.code == "project_code_month"
    with pytest.raises(BadIdentifier) as caught:
        project_code("2200-370212-04-01-100013")
    assert caught.value.code == "project_code_month"


@pytest.mark.parametrize("code", ["2020-330327-48-01-167360", "2020-451421-88-03-016343"])
def test_an_old_code_is_accepted_only_as_legacy(code: str) -> None:
    assert project_code(code) == ProjectCode(text=code, legacy=True)
    with pytest.raises(BadIdentifier, match="month"):
        project_code(code, ProjectCodeRule(legacy_years=(2013, 2019)))


def test_the_first_codes_of_the_new_form_are_not_legacy() -> None:
    digits = "2012370212040110001"
    code = f"2012-370212-04-01-10001{project_code_check(digits)}"
    assert not project_code(code).legacy


def test_legacy_years_that_could_be_a_month_are_refused() -> None:
    with pytest.raises(ValueError, match="2013"):
        ProjectCodeRule(legacy_years=(2012, 2020))


@pytest.mark.parametrize(
    "typed",
    [
        "２２０３－３７０２１２－０４－０１－１０００１３",
        "  2203-370212-04-01-100013\n",
        "2203 370212 04 01 100013",
        "22033702120401100013",
        "2203—370212—04—01—100013",
        "2203–370212−04‐01-100013",
        "2203\u3000-370212-04-01-100013",
    ],
)
def test_a_project_code_is_brought_to_its_written_form_first(typed: str) -> None:
    assert project_code(typed).text == "2203-370212-04-01-100013"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "2203-370212-04-01-10001",
        "2203-370212-04-01-1000131",
        "2203-37021A-04-01-100013",
        "22O3-370212-04-01-100013",
        "220-3370212-04-01-100013",
        "٢٢٠٣-370212-04-01-100013",
        "x" * 500,
    ],
)
def test_a_project_code_of_another_shape_is_refused_with_what_is_accepted(typed: str) -> None:
    with pytest.raises(BadIdentifier) as caught:
        project_code(typed)
    assert caught.value.code == "project_code_shape"
    assert "YYMM-AAAAAA-BB-CC-RRRRRK" in caught.value.en
    assert "24位" in caught.value.zh
    assert len(caught.value.zh) < 150


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_a_credit_code_with_both_check_characters_right_is_accepted(code: str) -> None:
    assert credit_code(code) == code
    assert credit_code_check(code[:17]) == code[17]


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_the_organisation_code_inside_is_checked_on_request(code: str) -> None:
    assert credit_code(code, check_organisation=True) == code
    wrong = "1" if code[16] != "1" else "2"
    other = code[:16] + wrong
    other += credit_code_check(other)
    assert credit_code(other) == other
    with pytest.raises(BadIdentifier) as caught:
        credit_code(other, check_organisation=True)
    assert caught.value.code == "credit_code_organisation"
    assert caught.value.en.endswith(f"accepted: {code[16]}.")


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_a_credit_code_with_another_last_character_is_refused_and_told_the_right_one(code: str) -> None:
    for char in set(CREDIT_ALPHABET) - {code[-1]}:
        with pytest.raises(BadIdentifier) as caught:
            credit_code(code[:-1] + char)
        assert caught.value.code == "credit_code_check"
        assert f"应为 {code[-1]}；" in caught.value.zh


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("91370212MA0000015Z", "credit_code_shape", ""),
        ("91370212MA0000015X", "credit_code_check", "need Y;"),
        ("91370200264575953U", "credit_code_check", "need K;"),
        ("91310115MA1H8R7C6D", "credit_code_check", "need 7;"),
        ("", "credit_code_shape", ""),
        ("91370212MA0000015", "credit_code_shape", ""),
        ("91370212MA0000015YY", "credit_code_shape", ""),
        ("9137021XMA0000015Y", "credit_code_shape", ""),
    ],
)
def test_a_wrong_credit_code_is_refused(code: str, kind: str, expected: str) -> None:
    with pytest.raises(BadIdentifier) as caught:
        credit_code(code)
    assert caught.value.code == kind
    assert expected in caught.value.en
    assert code in caught.value.zh


@pytest.mark.parametrize(
    "typed",
    [
        "91370212ma0000015y",
        " 9137 0212 MA00 0001 5Y ",
        "９１３７０２１２ＭＡ０００００１５Ｙ",
    ],
)
def test_a_credit_code_is_brought_to_its_written_form_first(typed: str) -> None:
    assert credit_code(typed) == "91370212MA0000015Y"


@given(st.text(alphabet="0123456789", min_size=19, max_size=19), st.integers(0, 18), st.integers(1, 9))
def test_every_single_mistyped_digit_changes_the_check_digit(digits: str, place: int, shift: int) -> None:
    other = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    assert project_code_check(other) != project_code_check(digits)


@given(st.text(alphabet=CREDIT_ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 30))
def test_every_single_mistyped_character_changes_the_check_character(text: str, place: int, shift: int) -> None:
    moved = CREDIT_ALPHABET[(CREDIT_ALPHABET.index(text[place]) + shift) % 31]
    assert credit_code_check(text[:place] + moved + text[place + 1 :]) != credit_code_check(text)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused_as_a_bad_identifier(text: str) -> None:
    for read in (project_code, credit_code, permit_number):
        with contextlib.suppress(BadIdentifier):
            read(text)


@pytest.mark.parametrize(
    ("compute", "text"),
    [
        (project_code_check, "123"),
        (project_code_check, "220337021204011000１"),
        (credit_code_check, "9137021"),
        (credit_code_check, "91370212MA000001I"),
        (organisation_code_check, "MA00"),
    ],
)
def test_a_check_is_not_computed_over_anything_else(compute: object, text: str) -> None:
    with pytest.raises(ValueError, match="are needed"):
        compute(text)  # type: ignore[operator]


def test_a_permit_number_is_eighteen_digits_or_such_a_number_with_a_special_works_suffix() -> None:
    assert permit_number("370212202206010101") == "370212202206010101"
    assert permit_number(" 370212202206010101s1") == "370212202206010101S1"
    for wrong in ("37021220220601010", "370212202206010101X1", "[2018]施[朝]建字0072号", ""):
        with pytest.raises(BadIdentifier, match="18 digits"):
            permit_number(wrong)
    beijing = r"\[\d{4}\]施\[.\]建字\d{4}号"
    assert permit_number("[2018]施[朝]建字0072号", [beijing]) == "[2018]施[朝]建字0072号"
