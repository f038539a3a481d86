import os
from pathlib import Path
from tests.pages.test_browser import *  # noqa
from tests.pages.test_browser import site, sideways, PAGES
OUT=Path("/tmp/t/shots"); OUT.mkdir(parents=True, exist_ok=True)
WANT=os.environ.get("WANT","").split(",")
CHECK="""() => { const out=[];
 const ids={}; document.querySelectorAll('[id]').forEach(e=>{ids[e.id]=(ids[e.id]||0)+1}); for(const k in ids) if(ids[k]>1) out.push('dup id '+k);
 document.querySelectorAll('input:not([type=hidden]),select,textarea').forEach(e=>{ if(!(e.labels&&e.labels.length)) out.push('no label '+e.name)});
 document.querySelectorAll('fieldset').forEach(e=>{ if(!e.querySelector(':scope>legend')) out.push('no legend '+e.id)});
 document.querySelectorAll('[aria-describedby],[aria-labelledby]').forEach(e=>{ for (const n of ((e.getAttribute('aria-describedby')||'')+' '+(e.getAttribute('aria-labelledby')||'')).split(' ').filter(Boolean)) if(!document.getElementById(n)) out.push('no target '+n)});
 document.querySelectorAll('table').forEach(t=>{ if(!t.caption) out.push('no caption')});
 document.querySelectorAll('main *').forEach(e=>{ if(e.scrollWidth>e.clientWidth+1 && getComputedStyle(e).overflowX==='visible' && e.clientWidth>0 && getComputedStyle(e).display!=='inline' && !e.closest('svg') && !e.classList.contains('vh')) out.push('spills '+e.tagName+'.'+e.className+' '+e.scrollWidth+'>'+e.clientWidth+' '+e.textContent.trim().slice(0,30))});
 let last=0; document.querySelectorAll('h1,h2,h3,h4').forEach(h=>{const n=+h.tagName[1]; if(n>last+1) out.push('heading jump '+h.textContent.trim()); last=n});
 return out.slice(0,12)}"""
def test_all(site):
    for name,(user,where) in PAGES.items():
        if WANT!=[''] and not any(w in name for w in WANT): continue
        page = site.window(user).new_page()
        page.goto(site.origin+where(site.world))
        for w in (1440,390):
            page.set_viewport_size({"width":w,"height":900})
            page.screenshot(path=OUT/f"{name.replace(' ','_')}-{w}.png", full_page=True)
            print(name,w,sideways(page), page.evaluate("document.documentElement.scrollHeight"), page.evaluate(CHECK))
        page.close()
