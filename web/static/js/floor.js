// SPDX-License-Identifier: AGPL-3.0-or-later
// The floor page keeps asking; what was not confirmed for 60 s is not shown as current.
(() => {
  const LIMIT_MS = 60_000;
  const live = document.getElementById("live");
  let last = Date.now();

  const clock = (time) => new Date(time).toTimeString().slice(0, 8);
  const say = () => {
    const lost = Date.now() - last > LIMIT_MS;
    const checked = document.querySelector("[data-checked]");
    if (checked) checked.textContent = lost ? `not confirmed since ${clock(last)}` : `checked at ${clock(last)}`;
    document.body.classList.toggle("lost", lost);
    for (const part of document.querySelectorAll("[data-current]")) part.hidden = lost;
    for (const part of document.querySelectorAll("[data-lost]")) part.hidden = !lost;
  };
  if (live) {
    addEventListener("htmx:before:response", (event) => {
      if (event.detail.ctx.response.raw?.ok ?? event.detail.ctx.response.status < 400) last = Date.now();
    });
    addEventListener("htmx:after:swap", say);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") htmx.trigger("#live", "look");
    });
    setInterval(say, 1000);
    say();
  }

  // One keypad for the marked field. The first key replaces what stood there, the next ones add.
  const form = document.querySelector("[data-pad-form]");
  if (!form) return;
  let aim = null;
  let fresh = true;
  const take = (field) => {
    aim?.classList.remove("aim");
    aim = field;
    aim.classList.add("aim");
    fresh = true;
  };
  for (const field of form.querySelectorAll("[data-pad]")) {
    if (matchMedia("(pointer: coarse)").matches) field.inputMode = "none";
    field.addEventListener("focus", () => { take(field); field.select(); });
    field.addEventListener("input", () => { fresh = false; });
  }
  const first = form.querySelector("[data-pad]");
  if (first) take(first);
  form.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key || !aim) return;
    if (key === "erase") aim.value = aim.value.slice(0, -1);
    else if (key === "clear") aim.value = "";
    else aim.value = (fresh ? "" : aim.value) + key;
    fresh = false;
  });

  // This tablet remembers who worked at it last; the PIN is asked every time.
  const who = form.querySelectorAll("input[name=operator]");
  const kept = (() => { try { return localStorage.getItem("operator"); } catch { return null; } })();
  if (![...who].some((tile) => tile.checked)) {
    for (const tile of who) if (tile.value === kept) tile.checked = true;
  }
  form.addEventListener("submit", () => {
    const chosen = form.querySelector("input[name=operator]:checked");
    try { if (chosen) localStorage.setItem("operator", chosen.value); } catch { /* private window */ }
    // Where the answer is a file the page stays; the PIN must not stay with it.
    setTimeout(() => { for (const pin of form.querySelectorAll(".pin")) pin.value = ""; }, 0);
  });
})();
