// SPDX-License-Identifier: AGPL-3.0-or-later
// Results as they are typed, cells pasted from a spreadsheet, and marks over a photo.
(() => {
  const judged = window.judged;
  const entry = document.querySelector("[data-lower][data-pad]");
  if (entry) {
    const said = document.querySelector("[data-verdict]");
    const look = () => {
      const found = judged(entry);
      entry.classList.toggle("is-in", found?.out === false);
      entry.classList.toggle("is-out", found?.out === true);
      said.className = `verdict ${found ? (found.out ? "out" : "in") : ""}`;
      said.textContent = found ? found.words.toUpperCase() : "\u00a0";
    };
    entry.addEventListener("input", look);
    addEventListener("click", (event) => { if (event.target.closest("[data-key]")) look(); });
    look();
    entry.focus();
  }

  const grid = document.querySelector("[data-grid]");
  if (grid) {
    const look = (field) => {
      const found = judged(field), cell = field.closest("td");
      if (field.value === field.defaultValue) return;
      cell.classList.toggle("in", found?.out === false);
      cell.classList.toggle("out", found?.out === true);
      field.title = found?.words ?? "";
    };
    const rows = () => [...grid.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input")]);
    const placeOf = (field) => { const all = rows(), y = all.findIndex((row) => row.includes(field)); return [all, y, all[y].indexOf(field)]; };
    grid.addEventListener("input", (event) => look(event.target));
    grid.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text") ?? "";
      if (!/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      const [all, y, x] = placeOf(event.target);
      text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, down) => line.split("\t").forEach((value, right) => {
        const field = all[y + down]?.[x + right];
        if (field) { field.value = value.trim(); look(field); }
      }));
    });
    grid.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
      if (!step || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      const [all, y, x] = placeOf(event.target);
      all[y + step]?.[x]?.focus();
    });
  }

  for (const field of document.querySelectorAll("[data-photos]")) {
    const list = document.querySelector("[data-chosen]");
    field.addEventListener("change", () => {
      list.replaceChildren(...[...field.files].map((file) => {
        const line = document.createElement("li");
        line.textContent = `${file.name}, ${Math.ceil(file.size / 1000)} kB`;
        return line;
      }));
    });
    // On a form with a choice of kinds the camera opens for a photo, the folder for the rest.
    for (const kind of document.querySelectorAll("input[name=kind]")) {
      kind.addEventListener("change", () => { if (kind.value === "photo") field.setAttribute("capture", "environment"); else field.removeAttribute("capture"); });
    }
  }

  const marking = document.querySelector("[data-marking]"), board = document.querySelector("[data-marks]");
  if (marking && board) {
    const SVG = "http://www.w3.org/2000/svg";
    const drawn = board.querySelector("[data-drawn]"), kept = marking.querySelector("input[name=marks]");
    let marks = JSON.parse(marking.dataset.was), tool = "arrow", from = null;
    const make = (name, facts) => { const it = document.createElementNS(SVG, name); for (const [key, value] of Object.entries(facts)) it.setAttribute(key, value); return it; };
    const shapes = ({ shape, at, words }) => {
      const found = [];
      if (shape === "arrow") found.push(make("line", { x1: at[0], y1: at[1], x2: at[2], y2: at[3], "marker-end": "url(#tip)" }));
      if (shape === "ring") found.push(make("ellipse", { cx: (at[0] + at[2]) / 2, cy: (at[1] + at[3]) / 2, rx: Math.abs(at[0] - at[2]) / 2, ry: Math.abs(at[1] - at[3]) / 2 }));
      if (words) { const text = make("text", { x: at[0], y: at[1] }); text.textContent = words; found.push(text); }
      return found;
    };
    const show = (more = []) => { drawn.replaceChildren(...[...marks, ...more].flatMap(shapes)); kept.value = JSON.stringify(marks); };
    const place = (event) => {
      const box = board.getBoundingClientRect();
      const within = (value) => Math.max(0, Math.min(1000, Math.round(value)));
      return [within(((event.clientX - box.left) / box.width) * 1000), within(((event.clientY - box.top) / box.height) * 1000)];
    };
    const now = (event) => {
      const words = marking.querySelector("[data-words]").value.trim();
      return { shape: tool, at: [...from, ...place(event)], ...(words ? { words } : {}) };
    };
    board.classList.add("live");
    board.addEventListener("pointerdown", (event) => { from = place(event); board.setPointerCapture(event.pointerId); event.preventDefault(); });
    board.addEventListener("pointermove", (event) => { if (from) show([now(event)]); });
    board.addEventListener("pointerup", (event) => {
      if (!from) return;
      const mark = now(event);
      from = null;
      if (Math.hypot(mark.at[0] - mark.at[2], mark.at[1] - mark.at[3]) > 10) marks.push(mark);
      show();
    });
    marking.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-tool]");
      if (chosen) {
        tool = chosen.dataset.tool;
        for (const one of marking.querySelectorAll("[data-tool]")) one.setAttribute("aria-pressed", String(one === chosen));
      }
      if (event.target.closest("[data-undo]")) { marks.pop(); show(); }
    });
    show();
  }
})();
