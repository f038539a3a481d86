"""What beat sends: a second path for the sweep, the relay and the caretaker, and housekeeping.

Plain intervals only, and a tick that nobody took within its interval is dropped. Any number of beats may run.
"""

from typing import Any

SWEEP_SECONDS = 5.0
RELAY_SECONDS = 15.0
ATTEND_SECONDS = 15.0
HOUSEKEEPING_SECONDS = 3600.0


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The entries, by name."""
    return {
        "sweep": _every(SWEEP_SECONDS, "wugeyi.sweep"),
        "relay": _every(RELAY_SECONDS, "wugeyi.relay"),
        "attend": _every(ATTEND_SECONDS, "wugeyi.attend"),
        "housekeeping": _every(HOUSEKEEPING_SECONDS, "wugeyi.housekeeping"),
    }


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}
