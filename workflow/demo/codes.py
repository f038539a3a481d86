"""Codes of demo companies and projects: valid by their check digits, computed, and belonging to nobody."""

from workflow.identifiers import CREDIT_ALPHABET, credit_code_check, organisation_code_check, project_code_check

REGION = "370212"
# Digits only: every one of them is in the alphabet of GB 32100, which has no I, O, S, V and Z.
ORGANISATION = "9900{number:04d}"
GOVERNMENT_INVESTMENT = (1, 2)


def company_code(number: int) -> str:
    """The credit code of the n-th demo company (n from 0 to 9999), its inner organisation code valid as well."""
    organisation = ORGANISATION.format(number=number)
    first = f"91{REGION}{organisation}{organisation_code_check(organisation)}"
    assert set(first) <= set(CREDIT_ALPHABET), first
    return first + credit_code_check(first)


def project_code_of(number: int, splclx: int) -> str:
    """The code of the n-th project of the war map (n from 0): recorded in 2022, the year of the map, month by month."""
    kind = "05" if splclx == 10 else "01"
    department = "04" if splclx in GOVERNMENT_INVESTMENT else "89"
    first = f"22{number % 3 + 1:02d}{REGION}{department}{kind}{90000 + number:05d}"
    written = "-".join((first[:4], first[4:10], first[10:12], first[12:14], first[14:]))
    return written + str(project_code_check(first))
