import psycopg, pytest, json
from tests import given
from workflow.commands.take_action import take_action
from workflow.work import begin_work
log=[]
_orig=psycopg.Cursor.execute
def ex(self,q,params=None,**k):
    r=_orig(self,q,params,**k)
    sent=len(q if isinstance(q,(bytes,str)) else str(q))
    p=sum(len(str(v)) for v in (params.values() if isinstance(params,dict) else params or ()))
    got=0
    try:
        res=self.pgresult
        for i in range(res.ntuples):
            for j in range(res.nfields): got+=len(res.get_value(i,j) or b'')
    except Exception: pass
    log.append((sent,p,got))
    return r
psycopg.Cursor.execute=ex
def test_m(office):
    town=given.town(office)
    day=given.moment("2026-03-02")
    app=given.application(office,town,day,["LX01"])
    no=app.cases["LX01"]
    from workflow.store import cases
    with office.engine.connect() as c: print("FLOW",cases.read(c,no=no).case.flow_version)
    def step(actor,action,inputs,at):
        with given.at(office,actor,at) as work:
            log.clear(); take_action(work,no,action,inputs)
            n=list(log)
        print(action,len(n),"statements",[x for x in n], "sum", sum(x[0] for x in n),sum(x[1] for x in n),sum(x[2] for x in n), sorted(office.reads.get(action,())))
    step(town.clerk,"accept",{},day)
    officer=town.officers[office.catalogue.items["LX01"].department]
    try:
        step(officer,"grant",{"opinion":"同意"},given.moment("2026-03-03"))
    except Exception as e: print("grant",type(e),str(e)[:300])
    from workflow.queries.case import case
    with given.at(office,officer,day) as work:
        log.clear(); case(work,no); n=list(log); print("case page",len(n),sum(x[2] for x in n))
    try:
        from workflow.queries.after_action import after_action
        with given.at(office,officer,day) as work:
            r=cases.read(work.conn,no=no).case; r = r if "old" not in __file__ else no
            log.clear(); after_action(work,r); n=list(log); print("after_action",len(n),n)
    except Exception as e: print(e)
    assert 0
