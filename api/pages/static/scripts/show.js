"use strict";
// Small things: menus that close, printing, showing a password, dialogs.
(() => {
  const every = (selector, deed) => document.querySelectorAll(selector).forEach(deed);
  every("[data-js], [data-print]", (one) => (one.hidden = false));
  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);
    const close = hit("[data-close]");
    if (close) close.closest("dialog").close();
    if (hit("[data-print]")) window.print();
    const shown = hit("[data-show-password]");
    if (shown) {
      const on = shown.getAttribute("aria-pressed") !== "true";
      shown.setAttribute("aria-pressed", on);
      document.getElementById(shown.dataset.showPassword).type = on ? "text" : "password";
    }
    every("details[data-drop][open]", (menu) => menu.contains(event.target) || (menu.open = false));
  });

  every("details[data-drop]", (menu) => {
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
