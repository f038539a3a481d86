"""Settings: read once from the environment, refused with every fault at once, never shown with their secrets."""

import re
import stat
from pathlib import Path

import pytest

from workflow.errors import Unusable
from workflow.settings import (
    VARIABLES,
    broker_url,
    libpq_url,
    load_settings,
    redis_client_url,
    smtp_server,
    sqlalchemy_url,
    with_secret,
    without_password,
)

CHECKOUT = Path(__file__).resolve().parents[2]


def test_an_empty_environment_gives_the_defaults_of_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({})
    assert (settings.database_url, settings.redis_url) == ("", "")
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8000, True)
    assert settings.home == tmp_path / "var"
    assert settings.config == CHECKOUT / "config"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.sweep_seconds == 0.25
    assert not settings.home.exists()


def test_a_database_of_ones_own_is_not_filled_with_made_up_people_unless_that_is_said() -> None:
    own = {"DATABASE_URL": "postgresql://office@db.example.org/wugeyi"}
    assert not load_settings(own).demo
    assert load_settings(own | {"WUGEYI_DEMO": "1"}).demo


def test_an_empty_value_means_the_default() -> None:
    assert load_settings(dict.fromkeys(VARIABLES, "")) == load_settings({})


def test_every_fault_is_listed_at_once_with_variable_value_and_what_is_accepted() -> None:
    with pytest.raises(Unusable) as refused:
        load_settings(
            {
                "WUGEYI_PORT": "99999",
                "WUGEYI_DEMO": "yes",
                "WUGEYI_SWEEP_SECONDS": "0",
                "WUGEYI_LOG_LEVEL": "loud",
                "WUGEYI_CONFIG": "/nowhere",
                "SMTP_URL": "smtp://mail.example.org?tls=maybe",
                "REDIS_URL": "memcached://localhost",
            }
        )
    lines = str(refused.value).splitlines()
    assert len(lines) == 7
    assert "WUGEYI_PORT='99999': accepted: a whole number from 1 to 65535" in lines
    assert "WUGEYI_DEMO='yes': accepted: 1 (yes) or 0 (no)" in lines


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WUGEYI_PORT", "0"),
        ("WUGEYI_PORT", "80 80"),
        ("WUGEYI_PORT", "٨٠٠٠"),
        ("WUGEYI_WEB_WORKERS", "-1"),
        ("WUGEYI_UPLOAD_MB", "20MB"),
        ("WUGEYI_SWEEP_SECONDS", "nan"),
        ("WUGEYI_HOST", "http://localhost"),
        ("WUGEYI_PUBLIC_URL", "approvals.example.org"),
        ("WUGEYI_PUBLIC_URL", "https://example.org/approvals"),
        ("WUGEYI_MAIL_FROM", "office"),
        ("WUGEYI_WEBHOOK_NETWORKS", "10.0.0.1/8"),
        ("WUGEYI_WEBHOOK_NETWORKS", "intranet"),
        ("WUGEYI_SECRET", "too short"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", "postgresql://localhost:99999/wugeyi"),
        ("DATABASE_URL", "sqlite:///wugeyi.db"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "unix://"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(name: str, text: str) -> None:
    with pytest.raises(Unusable, match=rf"^{name}=.*accepted: "):
        load_settings({name: text})


def test_an_unknown_setting_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(Unusable, match="WUGEYI_PROT: no such setting; the nearest is WUGEYI_PORT"):
        load_settings({"WUGEYI_PROT": "8000"})


def test_no_secret_is_shown_by_a_fault_or_by_the_settings_themselves() -> None:
    secret = "s3cret-word"
    given = {
        "DATABASE_URL": f"postgresql://officer:{secret}@db.example.org/wugeyi",
        "REDIS_URL": f"redis://:{secret}@redis.example.org/0",
        "SMTP_URL": f"smtp://office:{secret}@mail.example.org",
        "WUGEYI_SECRET": secret * 4,
    }
    assert secret not in repr(load_settings(given))

    wrong = {
        "DATABASE_URL": f"mysql://officer:{secret}@db.example.org/wugeyi",
        "REDIS_URL": f"memcached://:{secret}@redis.example.org",
        "SMTP_URL": f"pop3://office:{secret}@mail.example.org",
        "WUGEYI_SECRET": secret,
    }
    with pytest.raises(Unusable) as refused:
        load_settings(wrong)
    assert len(str(refused.value).splitlines()) == 4
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://officer:word@host/db", "postgresql://officer:***@host/db"),
        ("postgresql://officer:w@rd@host/db", "postgresql://officer:***@host/db"),
        ("postgresql://officer@host/db?password=word&port=1", "postgresql://officer@host/db?password=***&port=1"),
        ("redis://host:6379/0", "redis://host:6379/0"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_driver_is_spelled_out_for_sqlalchemy_and_left_out_for_libpq(scheme: str) -> None:
    settings = load_settings({"DATABASE_URL": f"{scheme}://officer@host/wugeyi?host=/run/postgresql"})
    assert sqlalchemy_url(settings) == "postgresql+psycopg://officer@host/wugeyi?host=/run/postgresql"
    assert libpq_url(settings.database_url) == "postgresql://officer@host/wugeyi?host=/run/postgresql"


def test_a_unix_socket_of_redis_is_spelled_for_celery_and_for_redis_py() -> None:
    celery, client = "redis+socket:///run/redis.sock?virtual_host=1", "unix:///run/redis.sock?db=1"
    assert broker_url(client) == broker_url(celery) == celery
    assert redis_client_url(celery) == redis_client_url(client) == client
    assert broker_url("redis://host:6379/0") == redis_client_url("redis://host:6379/0") == "redis://host:6379/0"


def test_the_mail_server_is_read_with_its_port_after_the_kind_of_tls() -> None:
    server = smtp_server(load_settings({"SMTP_URL": "smtp://office:p%40ss@mail.example.org?tls=starttls"}))
    assert server is not None
    assert (server.host, server.port, server.username, server.password) == ("mail.example.org", 587, "office", "p@ss")
    assert smtp_server(load_settings({})) is None


def test_the_secret_is_generated_once_for_its_owner_alone_and_found_again(tmp_path: Path) -> None:
    environ = {"WUGEYI_HOME": str(tmp_path / "home")}
    assert load_settings(environ).secret == ""

    first = with_secret(load_settings(environ))
    assert len(first.secret) >= 32
    assert stat.S_IMODE((tmp_path / "home" / "secret").stat().st_mode) == 0o600
    assert with_secret(load_settings(environ)).secret == first.secret
    assert load_settings(environ).secret == first.secret


def test_a_given_secret_is_taken_and_none_is_written(tmp_path: Path) -> None:
    given = "0123456789abcdef" * 2
    assert with_secret(load_settings({"WUGEYI_HOME": str(tmp_path), "WUGEYI_SECRET": given})).secret == given
    assert list(tmp_path.iterdir()) == []


def test_a_stored_secret_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("abc\n")
    with pytest.raises(Unusable, match="too short"):
        load_settings({"WUGEYI_HOME": str(tmp_path)})


def test_the_example_lists_every_setting_and_no_other() -> None:
    example = (CHECKOUT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == set(VARIABLES)


def test_the_example_used_as_it_stands_gives_the_defaults() -> None:
    lines = (CHECKOUT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert load_settings(given) == load_settings({})
