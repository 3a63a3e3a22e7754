// SPDX-License-Identifier: AGPL-3.0-or-later
// Looking closer at a file. Without it the first picture stands there, and the way to the file.
// A sheet is drawn on a canvas: its first picture at once, then squares of it, drawn by the server
// at the size they are looked at. A model has a script of its own, fetched when one is opened.

const MOST_TILES = 120;       // kept in memory, a megabyte each
const AT_ONCE = 4;            // asked for at the same time
const SETTLE_MS = 90;         // nothing moves: time to ask
const CLOSEST = 120;          // device points to a millimetre: a letter of 0.1 mm is a dozen high
const STEP = 1.6;

const sheet = (root) => {
  const told = JSON.parse(root.dataset.viewer);
  const glass = root.querySelector("[data-glass]");
  const canvas = root.querySelector("[data-canvas]");
  const still = glass.querySelector("img");
  const said = root.querySelector("[data-told]");
  const pen = canvas.getContext("2d", { alpha: false });
  const tiles = new Map();    // address → {image, ready}
  let page = { wide: 0, high: 0 };   // in points of the first picture
  let scale = 1, x = 0, y = 0, turn = 0, fit = 1, closest = 8;  // x, y: the sheet's middle on the glass
  let frame = 0, settle = 0, busy = 0, wanted = [];

  const dpr = () => Math.min(devicePixelRatio || 1, 3);
  const size = () => ({ wide: glass.clientWidth, high: glass.clientHeight });
  const turned = () => (turn % 2 ? { wide: page.high, high: page.wide } : page);

  const paper = () => getComputedStyle(glass).backgroundColor;
  const draw = () => {
    frame = 0;
    const glassy = size(), ratio = dpr();
    const across = Math.round(glassy.wide * ratio), down = Math.round(glassy.high * ratio);
    if (canvas.width !== across || canvas.height !== down) { canvas.width = across; canvas.height = down; }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = paper();
    pen.fillRect(0, 0, across, down);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.translate(x, y);
    pen.rotate(turn * Math.PI / 2);
    pen.scale(scale, scale);
    pen.translate(-page.wide / 2, -page.high / 2);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(still, 0, 0, page.wide, page.high);
    const level = levelNow();
    for (const one of inSight(level, true)) {
      const kept = tiles.get(one.address);
      if (!kept?.ready) continue;
      tiles.delete(one.address);
      tiles.set(one.address, kept);   // the latest used stay longest
      pen.drawImage(kept.image, one.x, one.y, kept.image.naturalWidth * one.unit, kept.image.naturalHeight * one.unit);
    }
    root.dataset.zoom = (scale / fit).toFixed(2);
    root.dataset.level = String(level ?? 0);
  };
  const paint = () => { frame ||= requestAnimationFrame(draw); };

  // The narrowest width that is sharp now; none while the first picture is.
  const levelNow = () => {
    const needed = page.wide * scale * dpr() * 0.8;
    if (!told.widths.length || needed <= told.first) return null;
    return told.widths.find((wide) => wide >= needed) ?? told.widths.at(-1);
  };

  // The squares that show, of this level and, beneath them, of the coarser ones that are there.
  const inSight = (level, coarser) => {
    if (level === null) return [];
    const glassy = size(), found = [];
    const cos = [1, 0, -1, 0][turn % 4], sin = [0, 1, 0, -1][turn % 4];
    const back = (px, py) => ({
      x: ((px - x) * cos + (py - y) * sin) / scale + page.wide / 2,
      y: (-(px - x) * sin + (py - y) * cos) / scale + page.high / 2,
    });
    const one = back(0, 0), two = back(glassy.wide, glassy.high);
    const left = Math.max(Math.min(one.x, two.x), 0), right = Math.min(Math.max(one.x, two.x), page.wide);
    const top = Math.max(Math.min(one.y, two.y), 0), low = Math.min(Math.max(one.y, two.y), page.high);
    for (const wide of coarser ? told.widths.filter((w) => w <= level) : [level]) {
      const unit = page.wide / wide, side = told.tile * unit;
      for (let row = Math.floor(top / side); row * side < low; row++) {
        for (let column = Math.floor(left / side); column * side < right; column++) {
          const address = `${told.tiles}/${told.page}/${wide}/${column}-${row}.png?v=${told.key}${told.more ?? ""}`;
          if (coarser && !tiles.has(address)) continue;
          const far = Math.hypot((column + 0.5) * side - (left + right) / 2, (row + 0.5) * side - (top + low) / 2);
          found.push({ address, x: column * side, y: row * side, unit, far });
        }
      }
    }
    return coarser ? found : found.sort((a, b) => a.far - b.far);
  };

  const ask = () => {
    wanted = inSight(levelNow(), false).filter((one) => !tiles.has(one.address));
    fetchNext();
  };
  const fetchNext = () => {
    while (busy < AT_ONCE && wanted.length) {
      const { address } = wanted.shift();
      const image = new Image(), kept = { image, ready: false };
      tiles.set(address, kept);
      busy += 1;
      image.decoding = "async";
      image.onload = () => { kept.ready = true; busy -= 1; paint(); fetchNext(); };
      image.onerror = () => { tiles.delete(address); busy -= 1; };
      image.src = address;
    }
    for (const address of tiles.keys()) {
      if (tiles.size <= MOST_TILES) break;
      if (tiles.get(address).ready) tiles.delete(address);
    }
    root.dataset.waiting = String(busy + wanted.length);
  };
  const moved = () => {
    hold();
    paint();
    root.dataset.waiting = "soon";
    clearTimeout(settle);
    settle = setTimeout(ask, SETTLE_MS);
  };

  // The sheet cannot be lost: where it is smaller than the glass it stays whole, else it covers it.
  const hold = () => {
    const glassy = size(), seen = turned();
    scale = Math.min(Math.max(scale, fit), closest);
    const keep = (at, length, room) => {
      const half = length * scale / 2;
      return half * 2 <= room ? room / 2 : Math.min(Math.max(at, room - half), half);
    };
    x = keep(x, seen.wide, glassy.wide);
    y = keep(y, seen.high, glassy.high);
  };
  const fitted = () => {
    const glassy = size(), seen = turned();
    fit = Math.min((glassy.wide - 8) / seen.wide, (glassy.high - 8) / seen.high);
    const mm = told.sizes[told.page - 1];
    closest = mm ? Math.max(CLOSEST * mm[0] / page.wide / dpr(), fit * 4) : Math.max(fit * 12, 4);
    closest = Math.min(closest, told.widths.length ? told.widths.at(-1) * 1.5 / page.wide / dpr() : closest);
  };
  const whole = () => { fitted(); scale = fit; x = size().wide / 2; y = size().high / 2; moved(); };
  const zoom = (times, px = size().wide / 2, py = size().high / 2) => {
    const after = Math.min(Math.max(scale * times, fit), closest);
    x = px + (x - px) * after / scale;
    y = py + (y - py) * after / scale;
    scale = after;
    moved();
  };
  const detail = () => zoom(Math.max(4 * fit / scale, STEP));
  const rotate = () => {
    turn = (turn + 1) % 4;
    whole();
    said.textContent = `Turned by ${turn * 90} degrees`;
  };
  const acts = { whole, detail, in: () => zoom(STEP), out: () => zoom(1 / STEP), turn: rotate };
  gestures(glass, { pan: (dx, dy) => { x += dx; y += dy; moved(); }, zoom,
    twice: (px, py) => (scale > fit * 1.9 ? whole() : zoom(4 * fit / scale, px, py)) });
  keys(glass, { ...acts, pan: (dx, dy) => { x += dx; y += dy; moved(); } });
  for (const button of root.querySelectorAll("[data-act]")) button.addEventListener("click", acts[button.dataset.act]);

  const start = () => {
    page = { wide: still.naturalWidth, high: still.naturalHeight };
    if (!page.wide) return;
    canvas.hidden = false;
    still.classList.add("unseen");
    root.classList.add("live");
    whole();
    new ResizeObserver(() => {
      const was = scale / fit;
      fitted();
      scale = was * fit;
      moved();
    }).observe(glass);
  };
  if (still.complete && still.naturalWidth) start();
  else still.addEventListener("load", start, { once: true });
};

// One finger or the mouse moves, two fingers or the wheel zoom, two taps look closer; two taps whose
// second stays down zoom with one thumb.
const gestures = (glass, { pan, zoom, twice, orbit }) => {
  const down = new Map();
  let tapped = { at: 0, x: 0, y: 0 }, thumb = null, travelled = 0;
  const place = (event) => {
    const box = glass.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  glass.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    const here = place(event);
    try { glass.setPointerCapture(event.pointerId); } catch { /* it was lifted meanwhile */ }
    down.set(event.pointerId, here);
    travelled = down.size > 1 ? Infinity : 0;
    const again = event.timeStamp - tapped.at < 320 && Math.hypot(here.x - tapped.x, here.y - tapped.y) < 40;
    thumb = again && down.size === 1 ? here : null;
  });
  glass.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (down.size === 1 && thumb && event.pointerType === "touch") {
      zoom(Math.exp((now.y - before.y) / 120), thumb.x, thumb.y);
    } else if (down.size === 1) {
      (orbit ?? pan)(now.x - before.x, now.y - before.y);
    } else {
      const other = [...down].find(([id]) => id !== event.pointerId)[1];
      const apart = Math.hypot(before.x - other.x, before.y - other.y);
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      pan((now.x - before.x) / 2, (now.y - before.y) / 2);
      if (apart > 8) zoom(Math.hypot(now.x - other.x, now.y - other.y) / apart, middle.x, middle.y);
    }
    down.set(event.pointerId, now);
  });
  const up = (event) => {
    const here = down.get(event.pointerId);
    if (!down.delete(event.pointerId) || down.size) return;
    const tap = travelled < 10;
    if (tap && thumb) twice?.(here.x, here.y);
    tapped = tap && !thumb ? { at: event.timeStamp, ...here } : { at: 0, x: 0, y: 0 };
    thumb = null;
  };
  glass.addEventListener("pointerup", up);
  glass.addEventListener("pointercancel", up);
  glass.addEventListener("wheel", (event) => {
    event.preventDefault();
    const here = place(event), lines = event.deltaMode === 1 ? 24 : 1;
    zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.012 : 0.0022)), here.x, here.y);
  }, { passive: false });
};

const keys = (glass, acts) => {
  const known = {
    "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.whole, r: acts.turn, R: acts.turn,
    ArrowLeft: () => acts.pan(80, 0), ArrowRight: () => acts.pan(-80, 0),
    ArrowUp: () => acts.pan(0, 80), ArrowDown: () => acts.pan(0, -80),
  };
  glass.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !known[event.key]) return;
    event.preventDefault();
    known[event.key]();
  });
};

for (const root of document.querySelectorAll("[data-viewer]")) sheet(root);
for (const root of document.querySelectorAll("[data-model]")) {
  import(root.dataset.solid).then(({ solid }) => solid(root, gestures, keys));
}

// On the floor nothing is shown as current that was not confirmed for a minute: the page keeps
// asking, and is loaded anew where what stands now is another picture than the one shown.
const watch = (root) => {
  const LIMIT_MS = 60_000, ASK_MS = 10_000, RETRY_MS = 4_000;
  let last = Date.now(), tag = "", next = 0;
  const say = () => {
    const lost = Date.now() - last > LIMIT_MS;
    const time = new Date(last).toTimeString().slice(0, 8);
    for (const part of document.querySelectorAll("[data-current]")) part.hidden = lost;
    for (const part of document.querySelectorAll("[data-lost]")) part.hidden = !lost;
    document.querySelector("[data-checked]").textContent = lost ? `not confirmed since ${time}` : `checked at ${time}`;
  };
  const asked = async () => {
    const begun = Date.now(), cut = AbortSignal.timeout(8_000);
    const state = await fetch(root.dataset.stateUrl, { headers: { Accept: "application/json" }, cache: "no-store", signal: cut });
    if (state.status >= 400 && state.status < 500 && state.status !== 429) location.reload();
    if (!state.ok) return false;
    const now = (await state.json()).tag;
    if (tag && now !== tag) {
      const page = await (await fetch(root.dataset.self, { cache: "no-store", signal: cut })).text();
      const found = new DOMParser().parseFromString(page, "text/html").querySelector("[data-content-key]");
      if (found?.dataset.contentKey !== root.dataset.contentKey) location.reload();
    }
    tag = now;
    last = begun;
    return true;
  };
  const ask = async () => {
    clearTimeout(next);
    const heard = await asked().catch(() => false);
    say();
    next = setTimeout(ask, heard ? ASK_MS + Math.random() * 1_000 : RETRY_MS);
  };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") ask(); });
  setInterval(say, 1_000);
  ask();
};
for (const root of document.querySelectorAll("[data-content-key]")) watch(root);
