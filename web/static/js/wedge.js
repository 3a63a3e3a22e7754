// SPDX-License-Identifier: AGPL-3.0-or-later
// A scanner that types like a keyboard: whatever has the focus, a quick run of keys that ends with
// Enter is a scan and goes where it leads. Nobody types thirty keys in a second.
(() => {
  const QUICK_MS = 60, PAUSE_MS = 150, SHORTEST = 4;  // per key, at most between two, signs
  const ADDRESS = /\/([rtcpb])\/([0-9a-z]{26})\/?$/i, CODE = /([0-9a-hj-km-np-tv-z]{26})$/i;
  let run = "", before = "", field = null, firstKey = 0, lastKey = 0;

  const begin = (target) => {
    run = "";
    field = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target : null;
    before = field ? field.value : "";
  };
  const post = (given) => {
    const token = document.getElementById("floor")?.dataset.token ?? document.querySelector("input[name=form_token]")?.value;
    if (!token) { location.assign(`/scan?id=${encodeURIComponent(given.slice(0, 200))}`); return; }
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/scan";
    for (const [name, value] of [["form_token", token], ["id", given], ["back", here()]]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(form);
    form.submit();
  };
  const here = () => location.pathname + location.search;  // with what was about to be done there
  const lead = (given) => {
    const code = given.match(ADDRESS);
    const back = encodeURIComponent(here());
    if (code) location.assign(`/${code[1].toLowerCase()}/${code[2].toLowerCase()}${code[1].toLowerCase() === "b" ? `?back=${back}` : ""}`);
    else post(given.match(CODE)?.[1] ?? given);  // a keyboard of another land garbles the address, not the code
  };
  window.floorScan = lead;

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = event.timeStamp;
    if (event.key === "Enter") {
      // A gauge types what it reads and ends it with Enter, and a quick thumb a PIN: both stay where they are.
      const entered = field?.matches("[data-result], [data-pad], .pin");
      const scanned = (entered ? CODE.test(run) : run.length >= SHORTEST) && now - lastKey <= PAUSE_MS && now - firstKey <= QUICK_MS * run.length;
      const given = run;
      run = "";
      if (!scanned) return;
      event.preventDefault();
      event.stopPropagation();
      if (field) field.value = before;
      if (window.floorReach) floorReach(() => lead(given));
      else lead(given);
      return;
    }
    if (event.key.length !== 1) return;
    if (!run || now - lastKey > PAUSE_MS) { begin(event.target); firstKey = now; }
    lastKey = now;
    run += event.key;
  }, true);
})();
