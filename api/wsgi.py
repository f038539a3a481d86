"""What gunicorn serves: ``api.wsgi:application``, wired from the environment, once in every web process."""

import logging
import os
import shutil
import sys
from pathlib import Path

from flask import Flask

from workflow import logs
from workflow.errors import ConfigFaults, Unusable
from workflow.settings import Settings, load_settings, sqlalchemy_url, with_secret

# gunicorn's own number for "the application cannot be loaded": it then stops instead of trying for ever.
APP_LOAD_ERROR = 4


def make_application() -> Flask:
    """The application as the environment says. Ends the process with clear lines where it cannot be used."""
    try:
        settings = with_secret(load_settings())
        logs.configure(settings.log_level)
        _take_over_gunicorns_lines()
        return _application(settings)
    except (Unusable, ConfigFaults) as error:
        print(*(f"wugeyi web: {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr, flush=True)
        sys.exit(APP_LOAD_ERROR)


def _application(settings: Settings) -> Flask:
    # Before the first import of prometheus_client, which looks for it once.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_counters_folder(settings.home / "metrics")))
    from api.app import create_app
    from api.pages.font import make_in_background
    from workflow.store.engine import open_engine
    from workflow.work import check_startable, open_office

    office = open_office(settings.config, open_engine(sqlalchemy_url(settings), "web", pool_size=8))
    check_startable(office, settings.demo)
    app = create_app(office, settings)
    make_in_background()
    return app


class Discreet(logging.Filter):
    """Fixed texts in place of gunicorn's lines about requests, which quote addresses and what was sent."""

    TEXTS = (
        ("Invalid request from", "a request that is no HTTP was refused"),
        ("Error handling request", "a request failed below the application"),
    )

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the line pass."""
        for beginning, text in self.TEXTS:
            if str(record.msg).startswith(beginning):
                record.msg, record.args = text, ()
        return True


def _take_over_gunicorns_lines() -> None:
    """What gunicorn has to say in this process becomes JSON like everything else."""
    server = logging.getLogger("gunicorn.error")
    server.handlers.clear()
    server.propagate = True
    server.addFilter(Discreet())


def _counters_folder(home: Path) -> Path:
    """The folder of this server's counters: its processes share their parent, whose number names it."""
    for old in home.glob("[0-9]*"):
        if not Path("/proc", old.name).exists():
            shutil.rmtree(old, ignore_errors=True)  # of a server that is gone; another process may be at it too
    folder = home / str(os.getppid())
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"WUGEYI_HOME: cannot keep counters in {folder}: {error.strerror}") from error
    return folder


application = make_application()
