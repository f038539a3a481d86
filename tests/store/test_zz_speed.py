import time, cProfile, pstats, resource
from sqlalchemy import text
from tests import given
from tests.given import moment
from tests.hall import NOTICE, open_hall
from workflow.clock.notices import notice_data
from workflow.commands.settle_dates import settle_calendar
from workflow.amending.calendars import calendar_with
from workflow.queries.moves import calendar_preview

def test_speed(office):
    hall=open_hall(office)
    no=given.application(office,hall.town,moment("2026-12-18","09:30"),["LX01"]).cases["LX01"]
    given.act(office,hall.town.clerk,moment("2026-12-18","10:00"),no,"accept")
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE clocks SET amount=13 where name='promised'"))
        cols=[c for c in conn.execute(text("select column_name from information_schema.columns where table_name='cases' and is_generated='NEVER' and column_name not in ('id','no')")).scalars()]
        l=', '.join(cols)
        conn.execute(text(f"INSERT INTO cases (no,{l}) SELECT 'X'||g, {l} FROM cases, generate_series(1,50000) g WHERE no=:no"),{"no":no})
        cols=[c for c in conn.execute(text("select column_name from information_schema.columns where table_name='clocks' and is_generated='NEVER' and column_name not in ('id','case_id')")).scalars()]
        l=', '.join(cols); k=', '.join('k.'+c for c in cols)
        conn.execute(text(f"INSERT INTO clocks (case_id,{l}) SELECT x.id, {k} FROM clocks k JOIN cases c ON c.id=k.case_id, cases x WHERE c.no=:no AND x.no LIKE 'X%' AND k.state<>'settled'"),{"no":no})
        conn.execute(text("UPDATE clocks SET reach_at=DEFAULT")) if False else None
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))
    now=moment("2026-12-20")
    with given.at(office,hall.first,now) as work:
        new=calendar_with(office,work.conn,"year",notice_data(NOTICE))
        t=time.time(); p=calendar_preview(work,new,patience=1e9); print("\npreview",time.time()-t,p.cases,p.clocks,p.newly_warning, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)
    with given.at(office,hall.first,now) as work:
        conn=work.conn; conn.execute(text('set transaction_timeout=0'))
        pr=cProfile.Profile(); pr.enable(); calendar_preview(work,new,patience=1e9); pr.disable()
        pstats.Stats(pr).sort_stats('cumtime').print_stats(45)
