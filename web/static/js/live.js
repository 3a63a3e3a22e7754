// SPDX-License-Identifier: AGPL-3.0-or-later
// A page that stays open: it asks again and again, shows the shop's own clock, and goes grey when
// nobody answers. What was not confirmed is never shown as the present state.
(() => {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  const EVERY = 10_000, LIMIT = 8_000, GREY = 45_000, LONGEST = 60_000;
  const all = (name) => document.querySelectorAll(`[data-${name}]`);
  let tag = live.dataset.tag, wait = EVERY, confirmed = performance.now(), beat = false, timer = 0;
  let shop = seconds(live.dataset.clock), told = performance.now(), reason = "";

  function seconds(clock) { const [h, m, s] = clock.split(":").map(Number); return h * 3600 + m * 60 + s; }
  function clockAt(when) {
    const at = Math.floor(shop + (when - told) / 1000);
    const day = ((at % 86400) + 86400) % 86400;
    return [day / 3600, (day / 60) % 60, day % 60].map((n) => String(Math.floor(n)).padStart(2, "0")).join(":");
  }
  function say() {
    const now = performance.now(), lost = now - confirmed > GREY, since = clockAt(confirmed);
    document.body.classList.toggle("lost", lost);
    beat = !beat;
    for (const part of all("time")) part.textContent = clockAt(now);
    for (const part of all("pulse")) part.classList.toggle("on", beat && !lost);
    for (const part of all("checked")) part.textContent = lost ? `not confirmed since ${since}` : `checked at ${since}`;
    for (const part of all("since")) part.textContent = since.slice(0, 5);
    for (const part of all("reason")) part.textContent = reason || "No contact with the server.";
    for (const part of all("lost")) part.hidden = !lost;
  }
  // Focus stays where it was: what has the same name in the new part gets it back.
  function show(text) {
    const kept = document.activeElement?.dataset.keep;
    const made = document.createElement("template");
    made.innerHTML = text;
    live.replaceChildren(made.content);
    if (kept) live.querySelector(`[data-keep="${CSS.escape(kept)}"]`)?.focus({ preventScroll: true });
    live.dispatchEvent(new CustomEvent("shown", { bubbles: true }));
  }
  async function ask() {
    clearTimeout(timer);
    try {
      const answer = await fetch(live.dataset.address, {
        cache: "no-store", headers: { "If-None-Match": `"${tag}"` }, redirect: "manual",
        signal: AbortSignal.timeout(LIMIT),
      });
      const text = answer.ok ? await answer.text() : "";
      if (answer.ok || answer.status === 304) {
        wait = EVERY; confirmed = told = performance.now(); reason = "";
        shop = seconds(answer.headers.get("X-Shop-Clock"));
        if (answer.ok && !document.body.classList.contains("dragging")) {
          tag = answer.headers.get("ETag").replace(/^W\//, "").replaceAll('"', "");
          show(text);
        }
      } else if ("alone" in live.dataset && [403, 404].includes(answer.status)) {
        location.reload();  // a screen whose address has ended: the server says so, large
        return;
      } else {
        wait = Math.min(wait * 2, LONGEST);
        reason = answer.type === "opaqueredirect" || answer.status === 401 ? "Nobody is signed in here any more; sign in again."
          : answer.status === 429 ? "The server has too much to do." : `The server answers ${answer.status}.`;
      }
    } catch { wait = Math.min(wait * 1.5, LONGEST / 2); reason = ""; }
    say();
    timer = setTimeout(ask, wait * (0.9 + Math.random() * 0.2)); // boards that were started together drift apart
  }
  setInterval(say, 1000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") ask(); });
  addEventListener("online", ask);
  timer = setTimeout(ask, wait * Math.random());
  say();
})();
