"""Passwords: hashes carry their parameters, an unknown account costs as much as a known one."""

from argon2 import PasswordHasher, extract_parameters

from workflow import passwords

WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("五个一")


def test_a_password_belongs_to_its_hash_and_to_no_other() -> None:
    stored = passwords.hash_password("五个一")

    assert passwords.password_is("五个一", stored)
    assert not passwords.password_is("五个二", stored)
    assert stored != passwords.hash_password("五个一"), "the same password twice shows in the table"


def test_nobodys_hash_costs_the_same_work_as_a_new_one_and_never_fits() -> None:
    assert extract_parameters(passwords.NOBODY) == extract_parameters(passwords.hash_password("x"))
    assert not passwords.password_is("", None)


def test_a_hash_made_with_less_work_is_weak_and_still_opens() -> None:
    assert passwords.is_weak(WEAK)
    assert passwords.password_is("五个一", WEAK)
    assert not passwords.is_weak(passwords.hash_password("五个一"))


def test_a_hash_made_with_more_work_is_not_weak() -> None:
    stronger = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4).hash("五个一")

    assert not passwords.is_weak(stronger)


def test_a_hash_that_is_none_opens_for_nobody() -> None:
    assert not passwords.password_is("x", "!")
