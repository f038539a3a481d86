"use strict";
// A form is sent once; what was typed stays while the line is down or the session over, and is saved by itself.
(() => {
  const AGAIN = 15000;
  const SAVE = 20000;
  const typed = new Set();
  const phase = new Map();

  document.addEventListener("input", (event) => event.target.form && typed.add(event.target.form));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    const now = phase.get(form);
    if (now === "asking" || now === "sent") {
      event.preventDefault();
    } else if (typed.has(form) && now !== "go") {
      event.preventDefault();
      send(form, event.submitter);
    } else {
      phase.set(form, "sent");
      // An answer that is a file leaves the page as it is, and the form may be sent again.
      setTimeout(() => phase.delete(form), AGAIN);
    }
  });
  const send = async (form, button) => {
    phase.set(form, "asking");
    const found = await page.ask();
    phase.delete(form);
    if (!page.clear(found, () => send(form, button))) return;
    phase.set(form, "go");
    form.requestSubmit(button);
  };
  window.addEventListener("pageshow", () => phase.clear());
  window.addEventListener("offline", () => typed.size && page.clear("lost", async () => page.clear(await page.ask())));
  window.addEventListener("online", () => typed.size && page.say(page.words.found));

  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const shown = document.querySelector("[data-saved]");
    let timer = 0;
    let saving = false;
    const post = (keepalive) => fetch(form.dataset.autosave || form.getAttribute("action") || "", {
      method: "POST",
      body: new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")),
      headers: { Accept: "application/json", "X-Autosave": "1" },
      keepalive,
    });
    const save = async () => {
      timer = 0;
      if (saving || phase.get(form)) return;
      saving = true;
      try {
        const answer = await post(false);
        const found = await answer.json();
        if (answer.ok) {
          for (const one of document.querySelectorAll("[name=version]")) one.value = found.version;
          if (shown) shown.textContent = found.saved;
          page.say("");
        } else if (answer.status === 401) page.clear("ended");
        else page.say(found.error);
      } catch {
        timer = setTimeout(save, SAVE);
        page.clear("lost", save);
      }
      saving = false;
    };
    form.addEventListener("input", () => (timer ||= setTimeout(save, SAVE)));
    window.addEventListener("online", () => timer && save());
    window.addEventListener("pagehide", () => timer && !phase.get(form) && post(true).catch(() => 0));
  }
})();
