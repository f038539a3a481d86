"use strict";
// What the other parts share: the line on which the page says something, and the question whose session this is.
const page = (() => {
  const said = document.querySelector("[data-says]");
  const words = said ? said.dataset : {};
  const say = (sentence, deed, press) => {
    said.replaceChildren(sentence ? Object.assign(document.createElement("p"), { textContent: sentence }) : "");
    if (deed) {
      const button = document.createElement(typeof press === "string" ? "a" : "button");
      Object.assign(button, { className: "btn btn-sm", textContent: deed });
      if (typeof press === "string") Object.assign(button, { href: press, target: "_blank" });
      else Object.assign(button, { type: "button", onclick: press });
      said.append(button);
    }
    said.hidden = !sentence;
  };
  const me = Number(document.body.dataset.me || 0);
  // "lost", "ended", "other", or how many seconds are left of the session this page belongs to.
  const ask = async (form) => {
    try {
      const body = form && new URLSearchParams(new FormData(form));
      const headers = { Accept: "application/json" };
      const answer = await fetch(words.session, {
        method: form ? "POST" : "GET", body, headers, cache: "no-store", signal: AbortSignal.timeout(10000),
      });
      if (!answer.ok) return answer.status === 401 ? "ended" : "lost";
      const found = await answer.json();
      if (me && !found.me) return "ended";
      if (me !== (found.me || 0)) return me ? "other" : 0;
      // Signed in anew in another window: what this page sends carries the new session's seal.
      for (const one of document.querySelectorAll("[name=csrf]")) one.value = found.csrf;
      return found.seconds;
    } catch {
      return "lost";
    }
  };
  // Says what stands in the way; true where nothing does.
  const clear = (found, again) => {
    if (found === "lost") say(words.lost, words.retry, again);
    else if (found === "ended") say(words.ended, words.again, words.login);
    else if (found === "other") say(words.other);
    else say("");
    return typeof found === "number";
  };
  return { words, say, ask, clear, me };
})();
