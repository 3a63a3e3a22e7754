// SPDX-License-Identifier: AGPL-3.0-or-later
// A wall with more stations than have room tells them page by page, by the shop's own seconds, so
// that a page goes on where it was when the board is drawn anew. The map of all stations stays.
(() => {
  const EVERY = 8, HELD = 15_000;
  const live = document.querySelector("[data-live]");
  if (!live) return;
  let shown = 0, touched = -HELD;
  function turn() {
    const pages = live.querySelectorAll("[data-page]");
    if (!pages.length) return;
    // whoever reads with a mouse or the keyboard is not turned away from
    const held = performance.now() - touched < HELD || live.querySelector("[data-page]:focus-within");
    shown = held ? Math.min(shown, pages.length - 1) : Math.floor(Date.now() / 1000 / EVERY) % pages.length;
    pages.forEach((page, at) => page.classList.toggle("off", at !== shown));
    for (const mark of live.querySelectorAll("[data-mark]")) mark.textContent = pages[shown].dataset.said;
    live.querySelectorAll("[data-dot]").forEach((dot, at) => dot.classList.toggle("on", at === shown));
    if (!held) next();
  }
  // What has to be done next and has no room stands in columns beside what is seen, and has its turn.
  function next() {
    const rows = live.querySelector("[data-rows]"), said = live.querySelector("[data-of]");
    const cards = rows ? [...rows.querySelectorAll(".card")] : [];
    if (!cards.length) return;
    const wide = rows.clientWidth, column = (card) => Math.round(card.offsetLeft / wide);
    const at = Math.floor(Date.now() / 1000 / EVERY) % (column(cards.at(-1)) + 1);
    rows.scrollLeft = at * wide;
    const seen = cards.flatMap((card, place) => column(card) === at ? [place + 1] : []);
    const which = seen.length > 1 ? `${seen[0]} to ${seen.at(-1)}` : seen[0];
    said.textContent = seen.length < said.dataset.of ? `${which} of ${said.dataset.of}` : said.dataset.of;
  }
  addEventListener("pointermove", () => { touched = performance.now(); });
  live.addEventListener("shown", turn);
  setInterval(turn, 1000);
  turn();
})();
