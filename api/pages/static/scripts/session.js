"use strict";
// Five minutes before the session ends the page says so, and one press extends it.
(() => {
  const dialog = document.querySelector("dialog[data-ends]");
  if (!dialog) return;
  const EARLY = 300;
  const LOOK = 15000;
  const form = dialog.querySelector("form");
  const last = dialog.querySelector("[data-last]");
  let end = 0;
  let told = false;
  const lasts = (seconds) => (end = Date.now() + seconds * 1000);
  const left = () => (end - Date.now()) / 1000;
  lasts(Number(dialog.dataset.ends));

  const look = async () => {
    if (told || left() > EARLY) return;
    told = true;
    // Another window may have extended it.
    const found = await page.ask();
    if (typeof found === "number") lasts(found);
    else if (found !== "lost") page.clear(found);
    told = found === "lost" ? false : left() <= EARLY;
    if (told && typeof found === "number" && !dialog.open) dialog.showModal();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const found = await page.ask(form);
    if (typeof found === "number" && found > EARLY) {
      lasts(found);
      told = false;
      dialog.close();
    } else if (typeof found === "number") last.hidden = false;
    else dialog.close(page.clear(found));
  });
  setInterval(look, LOOK);
  document.addEventListener("visibilitychange", look);
  look();
})();
