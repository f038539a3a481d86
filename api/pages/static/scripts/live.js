"use strict";
// The count beside "alerts" and the sentence for screen readers, kept up to date while the page is looked at.
// Nothing needs this script: without it the page says the same when it is loaded again.
(() => {
  const count = document.querySelector("[data-live]");
  const said = document.querySelector("[data-live-said]");
  if (!count || !said || !window.EventSource) return;
  const KEPT = "wugeyi-live";
  const AGAIN = 15000;
  const TRIES = 8;
  let source = null;
  let again = 0;
  let failures = 0;

  // What came while the next page was on its way is told there.
  const last = () => {
    try {
      return sessionStorage.getItem(KEPT);
    } catch {
      return null;
    }
  };
  const keep = (id) => {
    try {
      sessionStorage.setItem(KEPT, id);
    } catch {
      // a browser that keeps nothing begins with what is waiting now
    }
  };

  const show = (one, number) => {
    one.textContent = number > 99 ? "99+" : String(number);
    one.hidden = number === 0;
  };
  const told = (event) => {
    keep(event.lastEventId);
    const { title } = JSON.parse(event.data);
    said.textContent = (event.type === "alert" ? count.dataset.new : "") + (document.documentElement.lang === "en" ? title.en : title.zh);
  };
  const waiting = (event) => {
    if (event.lastEventId) keep(event.lastEventId);
    const { alerts, notices } = JSON.parse(event.data);
    show(count, alerts);
    document.querySelectorAll("[data-live-notices]").forEach((one) => show(one, notices));
    failures = 0;
  };

  const close = () => {
    clearTimeout(again);
    if (source) source.close();
    source = null;
  };
  const open = () => {
    close();
    const after = last();
    source = new EventSource(count.dataset.live + (after ? `?after=${encodeURIComponent(after)}` : ""));
    source.addEventListener("alert", told);
    source.addEventListener("notice", told);
    source.addEventListener("waiting", waiting);
    source.addEventListener("error", () => {
      // Cut off, a browser connects again by itself; refused, it gives up, and this does so a few times later.
      if (!source || source.readyState !== EventSource.CLOSED) return;
      failures += 1;
      if (failures <= TRIES) again = setTimeout(open, AGAIN * failures);
    });
  };

  // A page that nobody looks at keeps no seat.
  const look = () => (document.visibilityState === "visible" ? open() : close());
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  look();
})();
