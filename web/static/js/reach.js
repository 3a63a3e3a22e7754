// SPDX-License-Identifier: AGPL-3.0-or-later
// Where a page or a form needs the server's answer, it is asked first whether it answers at all: what
// was typed with gloves on must not end in the browser's own error page. What a tablet may keep and
// send later never comes here (floor-queue.js).
(() => {
  const PRESSED = "No contact with the server, and only the server knows the PINs: nothing was done. Press again when contact is back, or write it on the traveler. Whoever signs in at this tablet while there is contact can go on without it.";
  const TYPED = "No contact with the server, so nothing was sent. All you typed still stands here: press again when contact is back, or write it on the traveler.";
  const OPENED = "No contact with the server, so nothing else can be opened. This page stays; try again when contact is back.";
  const WAITING = "Asking the server …", BACK = "Contact is back: press again.";

  const reached = async () => {
    try { return (await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4_000) })).ok; } catch { return false; }
  };
  let again = 0;
  const tell = (text, look = "halt") => {
    clearTimeout(again);
    document.getElementById("unreached")?.remove();
    if (!text) return;
    if (look === "halt") again = setTimeout(back, 4_000);
    const box = Object.assign(document.createElement("div"), { id: "unreached", className: `say ${look}`, role: "alert" });
    const icon = document.querySelector("svg.icon").cloneNode(true);
    const use = icon.querySelector("use");
    use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${look === "go" ? "check" : "gone"}`);
    box.append(icon, Object.assign(document.createElement("div"), { textContent: text }));
    document.getElementById("main").prepend(box);
    box.scrollIntoView({ block: "nearest" });
  };
  const back = async () => {
    if (await reached()) tell(BACK, "go");
    else again = setTimeout(back, 4_000);
  };
  let asking = false;
  const ask = async (otherwise, go) => {
    if (asking) return;
    asking = true;
    const slow = setTimeout(tell, 400, WAITING, "calm");
    const there = await reached();
    clearTimeout(slow);
    asking = false;
    tell(there ? "" : otherwise);
    if (there) go();
  };

  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.closest("dialog")) return;
    if (form.dataset.reached) { delete form.dataset.reached; return; }
    event.preventDefault();
    event.stopImmediatePropagation();  // nothing was sent yet: the next press is not a second one
    ask(TYPED, () => { form.dataset.reached = "yes"; form.requestSubmit(event.submitter); });
  }, true);

  addEventListener("click", (event) => {
    const way = event.target.closest(".floor a[href]");
    if (!way || event.defaultPrevented || event.ctrlKey || event.metaKey || way.origin !== location.origin || way.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    ask(way.closest(".dock") ? PRESSED : OPENED, () => location.assign(way.href));
  });
  window.floorReach = (go) => ask(OPENED, go);  // for what a scanner typed
})();
