from sqlalchemy import text
import pytest
from tests import given
@pytest.mark.parametrize("i", range(10))
def test_db(engine, i):
    with engine.begin() as c:
        assert c.execute(text("select count(*) from cases")).scalar_one()==0
def test_codes():
    from workflow.identifiers import project_code, credit_code
    for i in range(1,50):
        try:
            c = given.credit_code(i)
        except ValueError as e:
            print(e); continue
        assert credit_code(c, check_organisation=True)==c
        assert project_code(given.project_code(10000+i)).text
