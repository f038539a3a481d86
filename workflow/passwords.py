"""Passwords: argon2id, the parameters kept in each hash, so that they can be raised without anybody noticing."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST = 256
"""Characters of a password; a longer one is refused unread, so that nobody makes us hash megabytes."""

# The least that OWASP's password storage cheat sheet accepts for argon2id: 19 MiB, 2 passes, 1 lane.
MEMORY_KIB = 19 * 1024
PASSES = 2

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
# Each verification takes the memory above: without a bound a burst of sign-ins takes it once for every thread.
_at_once = BoundedSemaphore(2)

# The hash of a random password that was thrown away: an unknown account costs the same work as a known one.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$SWoyXqupYO/n2VM9+3nsTA$jRlRd6ZUSGKYDyDOU5w06C87dsAY0NMjKzvDA3HhvkY"


def hash_password(password: str) -> str:
    """A new salted hash of ``password`` as a PHC string, with today's parameters."""
    with _at_once:
        return _hasher.hash(password)


def password_is(password: str, stored: str | None) -> bool:
    """Whether ``password`` belongs to the hash ``stored``; None (no such account) takes as long and says no."""
    with _at_once:
        try:
            return _hasher.verify(stored or NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_weak(stored: str) -> bool:
    """Whether a hash was made with less work than today's: it is made anew at the next sign-in."""
    made = extract_parameters(stored)
    return made.type is not Type.ID or made.memory_cost < MEMORY_KIB or made.time_cost < PASSES
