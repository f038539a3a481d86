"""The blueprint of all pages, and the one list of who may call each of them (joined into `api.route_table`)."""

from flask import Blueprint

pages = Blueprint("pages", __name__, template_folder="templates")
