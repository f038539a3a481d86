"""The web font for machines without Chinese fonts: handed out once it is made, and made in the background.

Browsers with Chinese fonts never ask for it (``static/font.js``); until it is there the others show boxes, as before.
"""

import atexit
import subprocess
import sys
from threading import Event, Thread

from flask import Response, send_file

from api.access import wiring
from workflow.logs import facts, logger
from workflow.web_font import NAME

log = logger("web")

DAYS_KEPT = 30
LATER_SECONDS = 30.0
"""Whatever starts with the service has the machine for itself first."""
LONGEST_SECONDS = 600.0


def font() -> Response:
    """The font; 404 without words while there is none."""
    path = wiring().settings.home / NAME
    if not path.is_file():
        return Response(status=404)
    # Its tag changes with the file, so that a new one is taken up without another address.
    return send_file(path, "font/woff2", max_age=DAYS_KEPT * 24 * 3600)


def make_in_background() -> None:
    """Have the font made by a process of its own where it is missing or older than the texts; never waited for."""
    Thread(target=_make, name="font", daemon=True).start()


def _make() -> None:
    Event().wait(LATER_SECONDS)
    command = [sys.executable, "-m", "workflow.cli", "font"]
    try:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            # A server that stops does not leave it behind.
            atexit.register(process.kill)
            status = process.wait(LONGEST_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("the web font could not be made", extra=facts(error=type(error).__name__))
        return
    if status:
        log.warning("the web font could not be made", extra=facts(status=status))
