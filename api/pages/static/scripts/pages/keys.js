"use strict";
// Single-key shortcuts on the pages that have them; the list of them all stands in the page itself.
(() => {
  const list = document.querySelector("dialog[data-keys]");
  if (!list) return;
  const WAIT = 1500;
  const SPOTS = { "/": "main [name=q]", a: ".case-acts" };
  const field = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog";
  let row = null;
  let first = "";
  let timer = 0;

  const rows = () => [...document.querySelectorAll("[data-rows] [data-row], [data-rows] tr:has(th a)")].filter((one) => one.getClientRects().length);
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(row);
    const to = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    if (row) row.classList.remove("is-cursor");
    row = to;
    row.classList.add("is-cursor");
    (row.querySelector("th a, a, button, input") || row).focus();
  };
  const go = (spot) => {
    for (let up = spot.parentElement; up; up = up.parentElement) if (up.localName === "details") up.open = true;
    if (spot.matches("a, button, [type=radio], [type=checkbox]")) spot.click();
    else if (!spot.matches("input, select, textarea") && spot.tabIndex < 0) spot.tabIndex = -1;
    spot.focus();
    if (spot.select) spot.select();
  };
  const find = (key) => {
    const named = `[data-key="${CSS.escape(key)}"]`;
    return (row && row.querySelector(named)) || document.querySelector(`main ${named}`) ||
      (SPOTS[key] && document.querySelector(SPOTS[key])) || (key === "e" && row && row.querySelector("th a"));
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest(field)) return;
    const key = first + event.key;
    clearTimeout(timer);
    first = "";
    const arrows = document.querySelector('[data-rows="arrows"]') && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const step = arrows || { j: 1, k: -1 }[key];
    const spot = key.length < 4 && find(key);
    if (key === "?") list.showModal();
    else if (step && rows().length) move(step);
    else if (spot) go(spot);
    else if (key === "g" && document.querySelector('[data-key^="g "]')) {
      first = "g ";
      timer = setTimeout(() => (first = ""), WAIT);
    } else return;
    event.preventDefault();
  });
})();
