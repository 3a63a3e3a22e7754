// SPDX-License-Identifier: AGPL-3.0-or-later
// Two sheets laid on each other: swipe, flicker, closer looks. Without it three pictures stand there.
(() => {
  const root = document.querySelector("[data-compare]");
  if (!root) return;
  const find = (name) => root.querySelector(`[data-${name}]`);
  const stage = find("stage"), layers = find("layers"), spot = find("spot");
  const swipe = find("swipe"), flicker = find("flicker"), range = swipe.querySelector("input");
  const play = find("play"), which = find("which");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const CLOSEST = 16, BEAT = 700; // ms: well below three flashes a second
  let zoom = 1, beat = 0;

  root.classList.add("live");
  root.dataset.look = find("layer").dataset.layer;
  stage.tabIndex = 0;
  for (const tools of root.querySelectorAll("[data-looks], [data-sizes]")) tools.hidden = false;
  for (const image of layers.querySelectorAll("img")) image.loading = "eager";

  const stop = () => { clearInterval(beat); beat = 0; play.querySelector("span").textContent = "Play"; };
  const show = (side) => {
    root.dataset.side = side;
    which.textContent = side === "after" ? "Now" : "Before";
  };
  const other = () => show(root.dataset.side === "after" ? "before" : "after");
  const start = () => { stop(); beat = setInterval(other, BEAT); play.querySelector("span").textContent = "Pause"; };

  const look = (how) => {
    root.dataset.look = how;
    for (const button of root.querySelectorAll("[data-look]")) {
      if (button.tagName === "BUTTON") button.setAttribute("aria-pressed", String(button.dataset.look === how));
    }
    swipe.hidden = how !== "swipe";
    flicker.hidden = how !== "flicker";
    stop();
    if (how === "flicker") { show("before"); if (!calm.matches) start(); }
  };

  // The place in the middle stays in the middle.
  const size = (wanted, x, y) => {
    const wide = layers.offsetWidth, high = layers.offsetHeight;
    const middleX = x ?? (stage.scrollLeft + stage.clientWidth / 2) / wide;
    const middleY = y ?? (stage.scrollTop + stage.clientHeight / 2) / high;
    zoom = Math.min(CLOSEST, Math.max(1, wanted));
    layers.style.setProperty("--zoom", zoom);
    stage.scrollTo(middleX * layers.offsetWidth - stage.clientWidth / 2, middleY * layers.offsetHeight - stage.clientHeight / 2);
  };
  const step = (how) => {
    if (how === "fit") { spot.hidden = true; size(1); } else size(how === "in" ? zoom * 1.5 : zoom / 1.5);
  };

  const at = (share) => {
    range.value = Math.round(100 * Math.min(1, Math.max(0, share)));
    layers.style.setProperty("--at", `${range.value}%`);
  };
  range.addEventListener("input", () => at(range.value / 100));
  const divider = find("divider");
  divider.addEventListener("pointerdown", (event) => { divider.setPointerCapture(event.pointerId); event.preventDefault(); });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const box = layers.getBoundingClientRect();
    at((event.clientX - box.left) / box.width);
  });

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.look) look(button.dataset.look);
    else if (button.dataset.zoom) step(button.dataset.zoom);
    else if (button === play) { if (beat) stop(); else start(); }
    else if ("switch" in button.dataset) { stop(); other(); }
  });
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does = { "+": () => step("in"), "=": () => step("in"), "-": () => step("out"), "0": () => step("fit"),
      " ": () => { if (root.dataset.look === "flicker") { stop(); other(); } } }[event.key];
    if (does && !(event.key === " " && root.dataset.look !== "flicker")) { does(); event.preventDefault(); }
  });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    size(zoom * (event.deltaY < 0 ? 1.2 : 1 / 1.2));
  }, { passive: false });

  // A change of the list is brought near, with a frame around it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-box]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const [left, top, right, bottom] = link.dataset.box.split(",").map(Number);
    const share = (value) => `${(100 * value).toFixed(3)}%`;
    spot.style.setProperty("--left", share(left));
    spot.style.setProperty("--top", share(top));
    spot.style.setProperty("--wide", share(right - left));
    spot.style.setProperty("--high", share(bottom - top));
    spot.hidden = false;
    if (root.dataset.look === "swipe") at((left + right) / 2);
    size(0.45 / Math.max(right - left, bottom - top), (left + right) / 2, (top + bottom) / 2);
    stage.scrollIntoView({ block: "nearest" });
    stage.focus({ preventScroll: true });
  });
  addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
})();
