"""The web application of a test process: made once with the same settings, then handed from test to test.

Making it (every route, the OpenAPI document) takes longer than most tests. Whatever it reads of the office and the
settings it reads through its wiring, which is every test's own. A test that hangs something into the application makes
one itself: Flask refuses that of an application that has answered.
"""

from typing import Any

from flask import Flask

from api.access import Wiring
from api.app import create_app
from workflow.settings import Settings
from workflow.work import Office

_MADE: list[tuple[Settings, Flask, dict[str, Any]]] = []


def application(office: Office, settings: Settings) -> Flask:
    """The application with ``settings`` on ``office`` and nothing that an earlier test left in it.

    Asked for again with the same settings it is the same one: the office asked for last holds.
    """
    found = next((made for made in _MADE if made[0] == settings), None)
    if found is None:
        app = create_app(office, settings)
        found = settings, app, dict(app.extensions)
        _MADE.append(found)
    _, app, extensions = found
    app.extensions.clear()
    app.extensions.update(extensions | {"wugeyi": Wiring(office, settings)})
    return app
