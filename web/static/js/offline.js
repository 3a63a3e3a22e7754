// SPDX-License-Identifier: AGPL-3.0-or-later
// Shown by the service worker in place of a page that cannot be had: what waits, and when it is back.
(() => {
  const place = document.getElementById("waiting");
  floorQueue.all().then((acts) => {
    if (!acts.length) return;
    const said = document.createElement("div");
    said.className = "part";
    said.textContent = acts.length === 1 ? "1 act waits on this tablet and is sent when contact is back." : `${acts.length} acts wait on this tablet and are sent when contact is back.`;
    place.replaceChildren(said);
  });
  const look = async () => {
    try {
      if ((await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5_000) })).ok) location.reload();
    } catch { /* still without contact */ }
  };
  document.querySelector("[data-again]").href = location.href;
  addEventListener("online", look);
  setInterval(look, 4_000);
})();
