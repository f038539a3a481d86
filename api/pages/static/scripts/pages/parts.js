"use strict";
// Parts of a page that htmx asks for anew: not while nobody looks, and marked once they are old.
(() => {
  const OLD = 300000;
  const LOOK = 15000;
  // Nothing is asked by itself for a page that nobody looks at, and a sign-in page is no part of a page.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && !event.detail.requestConfig.triggeringEvent) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo } = event.detail;
    const path = (address) => new URL(address, location.href).pathname;
    if (path(xhr.responseURL) !== path(pathInfo.finalRequestPath || pathInfo.requestPath)) event.detail.shouldSwap = false;
  });
  const came = new WeakMap();
  const age = () => document.querySelectorAll("[data-stale]").forEach((one) => {
    if (!came.has(one)) came.set(one, Date.now());
    if (Date.now() - came.get(one) > OLD) one.hidden = false;
  });
  age();
  setInterval(age, LOOK);
})();
