// SPDX-License-Identifier: AGPL-3.0-or-later
// A scanner that types like a keyboard: whatever has the focus, a quick run of keys that ends with
// Enter is a scan and goes where it leads. Nobody types thirty keys in a second.
(() => {
  const QUICK_MS = 60, SHORTEST = 4;
  let run = "", before = "", field = null, lastKey = 0;

  const begin = (target) => {
    run = "";
    field = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target : null;
    before = field ? field.value : "";
  };
  const post = (given) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/scan";
    const token = document.getElementById("floor")?.dataset.token ?? document.querySelector("input[name=form_token]")?.value ?? "";
    for (const [name, value] of [["form_token", token], ["id", given]]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(form);
    form.submit();
  };
  const lead = (given) => {
    const code = given.match(/\/([rtcpb])\/([0-9a-z]{26})\/?$/i);
    const back = encodeURIComponent(location.pathname);
    if (code) location.assign(`/${code[1].toLowerCase()}/${code[2].toLowerCase()}${code[1].toLowerCase() === "b" ? `?back=${back}` : ""}`);
    else post(given.match(/([0-9a-hj-km-np-tv-z]{26})$/i)?.[1] ?? given);  // a keyboard of another land garbles the address, not the code
  };
  window.floorScan = lead;

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = event.timeStamp;
    if (event.key === "Enter") {
      const scanned = now - lastKey <= QUICK_MS && run.length >= SHORTEST;
      const given = run;
      run = "";
      if (!scanned) return;
      event.preventDefault();
      event.stopPropagation();
      if (field) field.value = before;
      lead(given);
      return;
    }
    if (event.key.length !== 1) return;
    if (now - lastKey > QUICK_MS) begin(event.target);
    lastKey = now;
    run += event.key;
  }, true);
})();
