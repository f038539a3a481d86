"""What a site says of itself: foot, site map, personal data, accessibility; and the style guide of a demonstration."""

from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from tests import given
from tests.applications import application
from tests.pages.conftest import Reader
from workflow.definition import Title
from workflow.settings import Settings
from workflow.work import Office

SignedIn = Callable[[str], Reader]


def test_the_foot_says_only_what_is_known_of_the_site(stranger: Reader, office: Office, settings: Settings) -> None:
    words = stranger.open("/sitemap").words
    assert "主办单位" not in words
    assert "备案号" not in words

    site = replace(
        office.catalogue.site, organiser=Title("示例主办单位", "Example organiser"), icp="鲁ICP备00000000号-1"
    )
    known = replace(office, catalogue=replace(office.catalogue, site=site))
    reader = Reader(application(known, settings).test_client())
    words = reader.open("/sitemap").words

    assert "主办单位：示例主办单位" in words
    assert "备案号：鲁ICP备00000000号-1" in words
    assert "网站标识码" not in words


def test_the_site_map_has_what_this_reader_may_open_and_nothing_else(
    stranger: Reader, signed_in: SignedIn, town: given.Town
) -> None:
    public = {href for _, href in stranger.open("/sitemap").links}
    clerk = signed_in("clerk")
    inside = {href for _, href in clerk.open("/sitemap").links}

    assert "/login" in public
    assert "/work" not in public
    assert {"/work", "/leave", "/password", "/privacy"} <= inside
    assert "/admin/people" not in inside
    assert {"/admin/people", "/imports"} <= {href for _, href in signed_in("admin").open("/sitemap").links}


def test_every_page_leads_to_the_statements_in_its_foot(stranger: Reader) -> None:
    links = {href for _, href in stranger.open("/login").links}

    assert {"/sitemap", "/accessibility", "/privacy", "/query", "/items", "/check"} <= links
    for path in ("/accessibility", "/privacy"):
        assert stranger.open(path).status == 200


def test_the_style_guide_is_served_in_a_demonstration_alone(
    stranger: Reader, office: Office, settings: Settings, app: Flask
) -> None:
    assert stranger.open("/styleguide").status == 200

    production = Reader(application(office, replace(settings, demo=False)).test_client())
    assert production.open("/styleguide").status == 404
