from tests import given
from tests.pages.conftest import *
from tests.pages import every_page, test_every_page as t
def test_mine(world, app, monkeypatch):
    keep={n:v for n,v in every_page.PAGES.items() if any(w in repr(v[1].__code__.co_consts) for w in ('/admin','/duty','/leave','/password','/sitemap','/privacy','/styleguide','/accessibility'))}
    assert len(keep)>20
    monkeypatch.setattr(t,'PAGES',keep)
    t.test_no_two_pages_of_a_person_have_the_same_title_and_each_has_one_heading(world,app)
    people=t.readers(app); tried=set(); bad=[]
    for u,w in keep.values():
        for _,href in people[u].open(w(world)).links:
            a=href.partition('#')[0]
            if a and not a.startswith('tel:') and (u,a) not in tried:
                tried.add((u,a)); s=people[u].client.get(a,headers=t.HEADERS).status_code
                if s not in (200,302,303): bad.append((u,a,s))
    assert not bad, bad
