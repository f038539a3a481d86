from tests.core.test_demo_data import *  # noqa
from workflow.queries.time_figures import *  # noqa
def test_probe(made):
    rows = made.rows("""SELECT c.no, c.flow, c.item, c.state, c.data ->> 'late_reason', k.due_at, c.decided_at, c.title FROM cases c JOIN clocks k ON k.case_id=c.id AND k.name='promised' WHERE c.decided_at > k.due_at AND c.data->>'late_reason' IS NULL""")
    for r in rows: print(r)
    for r in rows:
        for e in made.rows(f"SELECT e.action, e.effective_at, e.actor_role, e.to_state, e.input FROM events e JOIN cases c ON c.id=e.case_id WHERE c.no='{r[0]}' ORDER BY e.seq"): print("   ", e)
