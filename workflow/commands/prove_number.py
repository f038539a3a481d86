"""查进度: letting in who knows the number of a case and the four characters that belong to it; after many tries nobody.

Four digits are ten thousand guesses. Every try is counted before it is looked at, in the database, so that neither
many processes nor many tries at once learn more than the bound allows; a right one is taken off the count again.
"""

from datetime import timedelta

from workflow.commands.sign_in import network
from workflow.errors import TooMany
from workflow.public_cases import not_found, proved_number
from workflow.store import login_failures
from workflow.store.login_failures import Limit
from workflow.work import Office

PER_NUMBER = Limit(10, timedelta(minutes=15))
"""Wrong tries of one number, from anywhere."""
PER_ADDRESS = Limit(20, timedelta(minutes=15))
"""Wrong tries of one address, of whatever numbers."""
ASKING, ANYWHERE = "/query", "anywhere"
"""What is counted under: no account and no address is called so."""


def prove_number(office: Office, no: str, digits: str, address: str) -> str:
    """The number as it is kept; raises NotFound in the same words for either fault, TooMany with ``retry_after``."""
    tries = ((f"{ASKING} {no}", ANYWHERE, PER_NUMBER), (ASKING, network(address), PER_ADDRESS))
    with office.engine.begin() as conn:
        with conn.begin_nested() as counting:
            # Always in this order, so that two who try at once wait for each other and never in a ring.
            counts = [login_failures.count_failure(conn, *one) for one in tries]
            beyond = any(count > limit.failures for count, (_, _, limit) in zip(counts, tries, strict=True))
            found = None if beyond else proved_number(office, conn, no, digits)
            if found is not None:
                counting.rollback()
        seconds = max(login_failures.seconds_locked(conn, *one[:2]) for one in tries) if beyond else 0
    if beyond:
        raise _too_often(seconds)
    if found is None:
        raise not_found()
    return found


def _too_often(seconds: int) -> TooMany:
    minutes = -(-seconds // 60)
    return TooMany(
        "too_many_failures",
        f"查询次数过多，请 {minutes} 分钟后再试",
        f"Asked too often: try again in {minutes} minute{'s' if minutes > 1 else ''}",
        extra={"retry_after": seconds, "minutes": minutes},
    )
