// SPDX-License-Identifier: AGPL-3.0-or-later
// The sheets of the floor page that ask for more than a count: what blocks, a result, what is not
// right. Each ends in one act of the queue, so that it is pressed with contact or without.
(() => {
  const page = window.floorPage;
  if (!page) return;
  const { SHEETS, element, here, icon, live, mine, open, press, queue, root } = page;
  const send = (act, fields, given, more = {}) =>
    (given ? queue.again({ ...given, ...more }, { fields, key: queue.newKey() }) : press(act, fields, more));

  // --- photos of what blocks: shots are gathered in the sheet and go with the act -----------------

  let shots = [];
  const list = document.querySelector("#blocking [data-shots]");
  const listed = () => list.replaceChildren(...shots.map((shot) => {
    const row = element("li", `${shot.name}, ${Math.ceil(shot.file.size / 1000)} kB`);
    const gone = element("button", "", { type: "button", className: "button", onclick: () => { shots = shots.filter((one) => one !== shot); listed(); } });
    gone.setAttribute("aria-label", `Leave out ${shot.name}`);
    gone.append(icon("cross"));
    row.append(gone);
    return row;
  }));
  document.querySelector("[data-shot]")?.addEventListener("change", async (event) => {
    const more = [...event.target.files].map((file) => ({ file, name: file.name || "photo.jpg" }));
    event.target.value = "";
    const refused = await queue.refusal([...shots, ...more], Number(root.dataset.largest));
    document.querySelector("#blocking [data-fault]").textContent = refused;
    if (!refused) shots = [...shots, ...more];
    listed();
  });

  SHEETS.block = (_button, given) => {
    const dialog = document.getElementById("blocking");  // the step may be another by now
    dialog.querySelector("[data-says=seq]").textContent = `Step ${live().dataset.seq}`;
    dialog.querySelector("[data-says=station]").textContent = `${live().dataset.station}, all jobs`;
    shots = given ? queue.filesOf(given) : [];
    listed();
    const fields = open("blocking", (values) => {
      const [type, where] = [values.type.value, values.where.value];
      if (!type) return "Tap what kind of blocker it is.";
      if (!values.what.value.trim()) return "Say what is missing or wrong.";
      send("block", { type, where, what: values.what.value, owner: values.owner.value }, given, { files: shots });
      return "";
    });
    for (const name of ["type", "where", "what", "owner"]) if (given?.fields[name]) fields[name].value = given.fields[name];
  };

  // --- what is not right --------------------------------------------------------------------------

  SHEETS.nc = (_button, given, outside = null) => {  // from a result that is out, the report names it
    const fields = open("reporting", (values) => {
      if (!values.what.value.trim()) return "Say what is not right.";
      if (!/^[1-9]\d{0,6}$/.test(values.qty.value)) return "Say how many pieces: a whole number.";
      const results = given?.fields.results ?? outside?.out;
      send("nc", { what: values.what.value, qty: values.qty.value, containment: values.containment.value, ...(results ? { results } : {}) }, given);
      return "";
    });
    fields.what.value = given?.fields.what ?? outside?.said ?? "";
    fields.containment.value = given?.fields.containment ?? "";
    fields.qty.value = given?.fields.qty ?? "1";
  };

  // --- results: the plan of the step comes along while there is contact ---------------------------

  const sheet = document.getElementById("measuring");
  if (!sheet) return;
  const MORE = "That was all this tablet took along; close this, and the next pieces come with contact.";
  let plan = null;
  let recorded = [];  // sent since the plan came
  const part = (name) => sheet.querySelector(`[data-${name}]`);
  const result = part("result");
  async function fetched() {
    if (!here()) return;
    try {
      const answer = await fetch(root.dataset.planUrl, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(8_000) });
      if (!answer.ok) return;
      plan = await answer.json();
      recorded = [];
    } catch { /* no contact: what came before still holds */ }
  }
  fetched();
  let seq = live().dataset.seq;
  addEventListener("htmx:after:swap", () => { if (live().dataset.seq !== seq) { seq = live().dataset.seq; fetched(); } });
  addEventListener("floor:sent", (event) => {
    if (event.detail.act.act !== "measure") return;
    recorded.push(event.detail.act);
    if (!sheet.open) fetched();
  });
  sheet.addEventListener("close", fetched);

  const done = async () => {  // of each balloon the pieces that have a result, and how many are open
    const pressed = [...(await queue.all()), ...recorded].filter((act) => act.act === "measure" && mine(act));
    const found = new Map(plan.rows.map((row) => [row.balloon, { had: new Set(row.measured), open: row.open }]));
    for (const { fields } of pressed) take(found.get(fields.balloon), fields.piece);
    return found;
  };
  const take = (row, piece) => {
    if (!row || row.had.has(piece)) return;
    row.had.add(piece);
    row.open -= 1;
  };
  const next = (rows, measured) => {
    for (const piece of plan.pieces) {
      for (const row of rows) {
        const { had, open } = measured.get(row.balloon);
        if (open > 0 && !had.has(piece)) return [row, piece];
      }
    }
    return null;
  };
  const limits = ({ lower, upper, unit }) => `${lower && upper ? `${lower} … ${upper}` : upper ? `≤ ${upper}` : lower ? `≥ ${lower}` : ""} ${unit}`;
  const look = () => {
    const found = window.judged(result);
    result.classList.toggle("is-in", found?.out === false);
    result.classList.toggle("is-out", found?.out === true);
    part("verdict").className = `verdict ${found ? (found.out ? "out" : "in") : ""}`;
    part("verdict").textContent = found ? found.words.toUpperCase() : "\u00a0";
  };
  result.addEventListener("input", look);
  result.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    part("go").click();
  });
  sheet.addEventListener("click", (event) => { if (event.target.closest("[data-key]")) look(); });
  const ask = (row, piece) => {
    const fields = sheet.querySelector("form").elements;
    fields.balloon.value = row.balloon;
    fields.piece.value = piece;
    part("limits").textContent = row.attribute ? "" : limits(row);
    part("number").hidden = row.attribute;
    part("keys").hidden = row.attribute;
    part("yesno").hidden = !row.attribute;
    for (const one of fields.verdict) one.checked = false;
    part("unit").textContent = `Result in ${row.unit}`;
    result.value = "";
    result.dataset.lower = row.lower;
    result.dataset.upper = row.upper;
    look();
    if (!row.attribute) result.focus();
  };
  const chosen = () => plan.rows.find((row) => row.balloon === sheet.querySelector("form").elements.balloon.value);
  part("balloon").addEventListener("change", async () => {
    const row = chosen();
    ask(...(next([row], await done()) ?? [row, "1"]));
  });

  const filled = (fields) => {
    fields.balloon.replaceChildren(...plan.rows.map((row) => element("option", `${row.balloon}  ${row.requirement}`, { value: row.balloon })));
    const kept = fields.gauge.value;
    fields.gauge.replaceChildren(element("option", "none named", { value: "" }), ...plan.gauges.map((one) =>
      element("option", `${one.code} ${one.kind}${one.state === "ready" ? "" : ` (${one.state})`}`, { value: one.code, disabled: one.state !== "ready" })));
    fields.gauge.value = kept;
  };
  SHEETS.measure = async (_button, given) => {
    part("last").textContent = "";
    part("last").className = "verdict";
    const gauge = sheet.querySelector("form").elements.gauge.value;
    const fields = open("measuring", () => (plan ? "" : "There is nothing to record yet."));
    const measured = plan ? await done() : null;
    const first = plan && (given ? [plan.rows.find((row) => row.balloon === given.fields.balloon), given.fields.piece] : next(plan.rows, measured));
    const said = !plan ? "What this step asks to be measured is not on this tablet yet; it comes as soon as there is contact."
      : !plan.rows.length ? "Nothing is to be measured at this step."
        : first?.[0] ? "" : plan.more ? MORE : "Everything this step asks for is measured.";
    part("last").textContent = said;
    part("asks").hidden = part("go").hidden = Boolean(said);
    if (said) return;
    filled(fields);
    fields.gauge.value = given?.fields.gauge ?? gauge;
    ask(...first);
    if (given && !first[0].attribute) { result.value = given.fields.result; look(); }
    part("go").onclick = async () => {
      const row = chosen(), piece = fields.piece.value.trim();
      const value = row.attribute ? fields.verdict.value : result.value.trim();
      const kinds = plan.gauges.filter((one) => row.gauge && one.kind.toLowerCase() === row.gauge.toLowerCase());
      const fault = !piece ? "Say which piece." : !value ? "Read off a result first."
        : kinds.length && !fields.gauge.value ? `Say which gauge it was: ${kinds.map((one) => one.code).join(", ")}.` : "";
      part("fault").textContent = fault;
      if (fault) return;
      const found = row.attribute ? { out: value !== "pass", words: value === "pass" ? "good" : "bad" } : window.judged(result);
      const told = { balloon: row.balloon, piece, result: value, gauge: fields.gauge.value };
      if (given) { sheet.close(); send("measure", told, given); return; }
      press("measure", told);
      part("last").className = `verdict ${found ? (found.out ? "out" : "in") : ""}`;
      part("last").textContent = `Balloon ${row.balloon}, piece ${piece}: ${value}${found ? `, ${found.words}` : ""}${found?.out ? ". Set the piece aside." : ""}`;
      const had = await done();
      take(had.get(row.balloon), piece);  // the act may not be in the store yet
      const after = next(plan.rows, had);
      if (after) ask(...after);
      else if (plan.more) {
        part("last").textContent += `. ${MORE}`;
        part("asks").hidden = part("go").hidden = true;
      } else sheet.close();
    };
  };
})();
