"""Signatures: checked by an independent hand, as a receiver does; secrets that nobody stores."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from workflow.signing import EXAMPLE, TOLERANCE_SECONDS, derive, headers, shown, sign

NOW = 1_764_000_000
BODY = b'{"kind":"case.advanced","case":"LS2026-000001"}'
SERVICE = "s" * 40

Verified = Callable[[str, Mapping[str, str], bytes, float], bool]


def receiver() -> Verified:
    """The check as the documentation shows it, with a memory of its own."""
    names: dict[str, Any] = {}
    exec(compile(EXAMPLE, "example", "exec"), names)
    verified: Verified = names["verified"]
    return verified


def test_the_published_vector_of_standard_webhooks_is_signed_as_published() -> None:
    # the example of the specification's reference libraries
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'

    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_takes_what_we_sign_once() -> None:
    secret, verified = derive(SERVICE, 1, 1), receiver()
    sent = headers([secret], "17.1", NOW, BODY)

    assert verified(shown(secret), sent, BODY, NOW)
    assert not verified(shown(secret), sent, BODY, NOW), "the same id again"


def test_a_changed_body_id_or_time_is_not_taken() -> None:
    secret, verified = derive(SERVICE, 1, 1), receiver()
    sent = headers([secret], "17.1", NOW, BODY)

    assert not verified(shown(secret), sent, BODY + b" ", NOW)
    assert not verified(shown(secret), {**sent, "webhook-id": "18.1"}, BODY, NOW)
    assert not verified(shown(secret), {**sent, "webhook-timestamp": str(NOW + 1)}, BODY, NOW)
    assert not verified(shown(derive(SERVICE, 2, 1)), sent, BODY, NOW)
    assert verified(shown(secret), sent, BODY, NOW)


def test_what_is_older_than_five_minutes_is_a_replay() -> None:
    secret = derive(SERVICE, 1, 1)
    sent = headers([secret], "17.1", NOW, BODY)

    assert receiver()(shown(secret), sent, BODY, NOW + TOLERANCE_SECONDS)
    assert not receiver()(shown(secret), sent, BODY, NOW + TOLERANCE_SECONDS + 1)
    assert not receiver()(shown(secret), sent, BODY, NOW - TOLERANCE_SECONDS - 1)


def test_while_a_secret_is_rotated_the_old_and_the_new_one_fit() -> None:
    new, old = derive(SERVICE, 1, 2), derive(SERVICE, 1, 1)
    sent = headers([new, old], "17.1", NOW, BODY)

    assert receiver()(shown(new), sent, BODY, NOW)
    assert receiver()(shown(old), sent, BODY, NOW)


def test_every_subscriber_generation_and_service_has_a_secret_of_its_own() -> None:
    secrets = {derive(service, who, which) for service in (SERVICE, "t" * 40) for who in (1, 11) for which in (1, 11)}

    assert len(secrets) == 8
    assert all(len(secret) == 32 for secret in secrets)
    assert derive(SERVICE, 1, 1) == derive(SERVICE, 1, 1)
    assert shown(derive(SERVICE, 1, 1)).startswith("whsec_")
