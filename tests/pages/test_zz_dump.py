from tests.pages.conftest import *
def test_d(world, app):
    from tests import given
    x=Reader(app.test_client()); x.open("/login"); x.press("登录",username="applicant",password=given.PASSWORD)
    for p in ("/apply",f"/apply/{world.draft}",*(f"/apply/{world.draft}/{s}" for s in ("items","company","project","papers","match","check","submit"))):
        pg=x.open(p); i=pg.words.find('不能退回'); print("=====",p,pg.status,pg.headings); print(pg.words[i:i+1500]); print([f for f in pg.forms if '/apply' in f.action]); print([l for l in pg.links if 'apply' in l[1]])
