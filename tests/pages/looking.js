// What a look at a page tells apart from axe: read by tests/pages/scanner.py, one call a width.
// Returns {fault: [where, …]} with nothing for a page that is as it should be.
(phone) => {
  const CHINESE = /[\u3400-\u4dbf\u4e00-\u9fff]/;
  const SMALL = 24;
  const ACTION = 44;
  const LEAST_TEXT = 12;
  const faults = {};
  const say = (fault, where) => (faults[fault] ||= []).push(where);
  const words = (node) => node.textContent.trim().replace(/\s+/g, " ").slice(0, 60);
  const name = (node) => `${node.localName}.${node.getAttribute("class") || ""} “${words(node) || node.getAttribute("name") || ""}”`;
  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0;
  const scrolls = (node) => ["auto", "scroll"].includes(getComputedStyle(node).overflowX);
  const hidden = (node) => node.closest(".vh, .skip, [hidden]");

  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const edge = document.documentElement.clientWidth;
    const inside = (node) => {
      for (let up = node.parentElement; up; up = up.parentElement) if (getComputedStyle(up).overflowX !== "visible") return true;
      return false;
    };
    const out = [...document.body.querySelectorAll("*")].filter(
      (node) => shown(node) && node.getBoundingClientRect().right > edge + 1 && !inside(node),
    );
    say("sideways", `${wide} px: ${out.slice(-2).map(name).join(" | ")}`);
  }

  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) say("h1", String(headings));
  for (const node of document.querySelectorAll("[style]")) say("style attribute", name(node));
  for (const node of document.querySelectorAll("style")) say("style element", name(node));
  for (const node of document.querySelectorAll("script:not([src]), [onclick], [onchange], [onsubmit], [onload]"))
    say("inline script", name(node));
  for (const node of document.querySelectorAll("a[href^='javascript:']")) say("inline script", name(node));
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) say("id twice", id);

  // Targets: what stands inside a sentence is as high as its line (WCAG 2.2, 2.5.8, inline); axe looks at those.
  for (const node of document.querySelectorAll("button, select, textarea, summary, input:not([type=hidden]), .btn, nav a")) {
    if (!shown(node) || hidden(node)) continue;
    const box = node.getBoundingClientRect();
    const label = node.labels && ["checkbox", "radio"].includes(node.type) ? node.labels[0] : null;
    const height = Math.max(box.height, label ? label.getBoundingClientRect().height : 0);
    const width = Math.max(box.width, label ? label.getBoundingClientRect().width : 0);
    if (height < SMALL - 0.1 || width < SMALL - 0.1) say("small target", `${name(node)} ${Math.round(width)}×${Math.round(height)}`);
    else if (phone && node.matches("main .btn:not(.btn-sm)") && height < ACTION - 0.1)
      say("action too low for a finger", `${name(node)} ${Math.round(height)}`);
  }

  // A state is never colour alone: a word and a drawn shape.
  for (const node of document.querySelectorAll(".t-ok, .t-warn, .t-bad, .t-hold, .t-now, .t-early, .t-prov")) {
    if (!node.matches(".tag")) continue;
    if (!words(node).replace("≈", "").trim()) say("state without a word", name(node));
    if (!node.querySelector("svg") && !node.matches(".t-prov, .t-now")) say("state without a shape", name(node));
  }

  // Pictures: axe does not judge SVG.
  for (const picture of document.querySelectorAll("svg.ch")) {
    if (!shown(picture)) continue;
    const frame = picture.getBoundingClientRect();
    const title = (picture.closest("figure, section, .card") || document).querySelector("h1, h2, h3, figcaption");
    const which = `picture under “${title ? words(title) : ""}”`;
    const scale = picture.viewBox.baseVal && picture.viewBox.baseVal.width ? frame.width / picture.viewBox.baseVal.width : 1;
    const pieces = [...picture.querySelectorAll("text, tspan")].filter(
      (node) => node.textContent.trim() && !node.querySelector("tspan") && shown(node),
    );
    const boxes = pieces.map((node) => {
      const box = node.getBoundingClientRect();
      const size = parseFloat(getComputedStyle(node).fontSize) * scale;
      if (size < LEAST_TEXT - 0.1) say("small text in a picture", `${which}: “${words(node)}” ${size.toFixed(1)} px`);
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 4 || box.bottom > frame.bottom + 4)
        say("text outside its picture", `${which}: “${words(node)}”`);
      // The box of a line is higher than its letters, by what depends on the font: only the letters may not meet.
      const middle = (box.top + box.bottom) / 2;
      return { words: words(node), left: box.left + 1, right: box.right - 1, top: middle - size * 0.42, bottom: middle + size * 0.42 };
    });
    boxes.sort((one, other) => one.left - other.left);
    boxes.forEach((one, at) => {
      for (const other of boxes.slice(at + 1)) {
        if (other.left >= one.right) break;
        if (other.top < one.bottom - 1 && one.top < other.bottom - 1)
          say("text over text", `${which}: “${one.words}” and “${other.words}”`);
      }
    });
    let up = picture.parentElement;
    while (up && !scrolls(up) && !up.matches(".card, main")) up = up.parentElement;
    if (up && !scrolls(up) && frame.right > up.getBoundingClientRect().right + 1) say("picture wider than its card", which);
  }

  if (document.documentElement.lang === "en") {
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!CHINESE.test(node.data) || node.parentElement.matches("script, style")) continue;
      if (node.parentElement.closest("[lang]").getAttribute("lang") !== "zh-CN") say("Chinese unmarked", node.data.trim().slice(0, 60));
    }
  }
  return faults;
}
