import time, json
from tests import given
from workflow.commands.fire_rungs import fire_due, sweep
from workflow.queries.verify import verify
from sqlalchemy import text
def show(office,q):
    with office.engine.connect() as c:
        for r in c.execute(text(q)): print(tuple(map(str,r)))
def test_it(office):
    town=given.town(office)
    a=given.application(office, town, given.moment("2026-03-02"))
    for d,t in (("2026-03-06","09:01"),("2026-03-10","00:06"),("2026-03-31","09:01"),("2026-06-10","09:06")):
        given.time_is(office.engine, given.moment(d,t))
        print(d, fire_due(office)); print(d, sweep(office))
    show(office,"select case_id, name, state, rung, fire_at::text, epoch, attempts, error from clocks order by 1, clocks.id")
    show(office,"select case_id, seq, action, to_state, effective_at::text, recorded_at::text, input from events where actor_role='clock'")
    show(office,"select case_id, clock_id, rung, card, p.username, role, created_at::text from alerts a join people p on p.id=a.person_id")
    print(verify(office))
