// SPDX-License-Identifier: AGPL-3.0-or-later
// The board by keyboard and by dragging; every drag has a button that does the same.
(() => {
  const live = document.querySelector("[data-live]");
  const rows = () => [...live.querySelectorAll("[data-row]")];
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const all = rows(), line = event.target.closest("[data-job]");
    const at = all.findIndex((row) => line?.contains(row));
    const go = (place) => { const row = all[Math.max(0, Math.min(place, all.length - 1))]; row?.focus(); row?.scrollIntoView({ block: "nearest" }); };
    const does = {
      j: () => go(at + 1), k: () => go(at < 0 ? 0 : at - 1),
      p: () => line?.querySelector("[data-pin]")?.click(),
      f: () => document.querySelector("[data-filter]")?.focus(),
      "?": () => { const keys = document.querySelector("[data-keys]"); keys.open = !keys.open; keys.firstElementChild.focus(); },
    }[event.key] ?? (/^[1-6]$/.test(event.key) ? () => live.querySelector(`[data-tab="${event.key}"]`)?.click() : null);
    if (does) { event.preventDefault(); does(); }
  });

  // Dragging a job into the pinned ones leads to the same page as the button: look first, then say why.
  const ready = () => {
    const here = live.querySelector(".tabs [aria-current]");
    here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft;  // the tab in sight
    if (!live.dataset.whatif) return;
    for (const row of live.querySelectorAll("[data-job]")) row.draggable = true;
  };
  live.addEventListener("shown", ready);
  ready();
  let job = "";
  live.addEventListener("dragstart", (event) => {
    job = event.target.closest?.("[data-job]")?.dataset.job ?? "";
    if (!job) return;
    event.dataTransfer.setData("text/plain", job);
    event.dataTransfer.effectAllowed = "move";
    document.body.classList.add("dragging");
  });
  addEventListener("dragend", () => { job = ""; document.body.classList.remove("dragging"); });
  live.addEventListener("dragover", (event) => { if (job && event.target.closest?.("[data-drop]")) event.preventDefault(); });
  live.addEventListener("drop", (event) => {
    const drop = job && event.target.closest?.("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    const onto = event.target.closest("[data-place]");
    const place = onto ? Number(onto.dataset.place) : drop.querySelectorAll("[data-place]").length + 1;
    location.assign(`${live.dataset.whatif}?${new URLSearchParams({ job, place })}`);
  });
})();
