"""An application whose items have gone different ways: what lists, calendars and files of cases have to tell apart."""

from tests import given
from workflow.work import Office

MONDAY = given.moment("2026-03-02", "10:00")


def busy_office(office: Office, town: given.Town) -> given.Application:
    """LX10 accepted and paused, LX11 granted and delivered, LX06 received; it is Friday, 6 March 2026, 15:00."""
    made = given.application(office, town, MONDAY, ["LX10", "LX06", "LX11"])
    for no in (made.cases["LX10"], made.cases["LX11"]):
        given.act(office, town.clerk, given.moment("2026-03-03"), no, "accept")
    asked = {"cause": "expert_review", "until": "2026-03-30", "reason": "组织节能专家评审"}
    officer = town.officers["QX"]
    given.act(office, officer, given.moment("2026-03-05"), made.cases["LX10"], "start_special", asked)
    given.act(office, officer, given.moment("2026-03-05"), made.cases["LX11"], "grant", {"opinion": "符合要求"})
    handed = {"way": "window", "recipient": "王敏"}
    given.act(office, town.clerk, given.moment("2026-03-06"), made.cases["LX11"], "deliver", handed)
    given.time_is(office.engine, given.moment("2026-03-06", "15:00"))
    return made
