// SPDX-License-Identifier: AGPL-3.0-or-later
// What was pressed on a tablet, kept until the server has it: once each, in order, never in silence.
// Only acts of the floor page come here. A sign-off or a release is never kept and sent later.
(() => {
  const NAME = "titleblock-floor", STORE = "acts";
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const LARGEST = 25_000_000, MOST_FILES = 8, MOST_BYTES = 200_000_000;
  const memory = [];  // where a browser keeps nothing, the page does, as long as it is open
  let counter = 0;

  const opening = new Promise((done) => {
    let asked;
    try { asked = indexedDB.open(NAME, 1); } catch { done(null); return; }
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "n", autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => done(null);
  });
  const settled = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const store = async (mode) => (await opening)?.transaction(STORE, mode).objectStore(STORE);
  const all = async () => {
    const there = await store("readonly");
    return there ? settled(there.getAll()) : [...memory];
  };
  const keep = async (act) => {
    const there = await store("readwrite");
    if (there) return settled(there.put(act));
    const at = memory.findIndex((one) => one.n === act.n);
    if (at >= 0) memory[at] = act; else memory.push({ ...act, n: ++counter });
    return act.n ?? counter;
  };
  const remove = async (n) => {
    const there = await store("readwrite");
    if (there) return settled(there.delete(n));
    const at = memory.findIndex((one) => one.n === n);
    if (at >= 0) memory.splice(at, 1);
    return undefined;
  };
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(26)), (one) => ALPHABET[one & 31]).join("");
  const told = (name, detail) => dispatchEvent(new CustomEvent(`floor:${name}`, { detail }));

  // Photos wait here with their act, within a measure: a tablet that is full keeps nothing at all.
  const filesOf = (act) => act.files ?? (act.file ? [{ file: act.file, name: act.name }] : []);
  const bytesOf = (acts) => acts.flatMap(filesOf).reduce((sum, one) => sum + one.file.size, 0);
  const inMB = (bytes) => `${(bytes / 1_000_000).toFixed(1)} MB`;
  const refusal = async (files, largest = Infinity) => {
    const most = Math.min(LARGEST, largest);
    for (const { file, name } of files) {
      if (file.size > most) return `${name} has ${inMB(file.size)}, and a photo may have ${inMB(most)}; take it again with smaller pictures set in the camera.`;
    }
    if (files.length > MOST_FILES) return `At most ${MOST_FILES} photos go with one act, and these are ${files.length}; send the others afterwards.`;
    const waiting = bytesOf(await all());
    if (waiting + bytesOf([{ files }]) <= MOST_BYTES) return "";
    return `Photos of ${inMB(waiting)} wait on this tablet already and it keeps ${inMB(MOST_BYTES)}; go where there is contact, so that they are sent first.`;
  };

  const formToken = () => document.getElementById("floor")?.dataset.token
    ?? document.querySelector("input[name=form_token]")?.value ?? "";

  // One act to the server. Says what became of it: sent, later, asked (with why) or old (the page).
  const send = async (act, pin) => {
    const files = filesOf(act);
    const body = files.length ? new FormData() : new URLSearchParams();
    for (const [name, value] of Object.entries({
      form_token: formToken(), act: act.act, seq: act.seq, key: act.key, seen: act.seen, operator: act.by,
      ago: Math.max(0, Math.round((Date.now() - act.at) / 1000)), ...act.fields,
    })) body.set(name, value);
    for (const { file, name } of files) body.append("photo", file, name);
    if (act.sure) body.set("sure", "yes");
    if (pin && pin.by === act.by) body.set("pin", pin.pin);
    let answer, said = {};
    try {
      answer = await fetch(act.url, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(files.length ? 60_000 : 10_000) });
      said = await answer.json().catch(() => ({}));
    } catch { return { later: true }; }
    if (answer.ok) return { sent: said };
    const kind = (said.type ?? "").split(":").pop();
    if (answer.status >= 500 || answer.status === 429 || !kind) return { later: true };
    if (kind === "form-too-old") return { old: true };
    const reason = ["nobody-here", "wrong-pin", "too-many-attempts"].includes(kind) ? "pin"
      : ["act-stale", "wrong-station"].includes(kind) ? "sure" : "refused";
    return { asked: { reason, kind, said: said.detail ?? "The server refused it." } };
  };

  // Acts of one job wait for each other; those of another job do not wait for a question about it.
  const once = async (pin) => {
    const held = new Set();
    for (let going = true; going;) {
      going = false;
      for (const act of await all()) {
        if (held.has(act.job)) continue;
        if (act.asked) { held.add(act.job); continue; }
        const became = await send(act, pin);
        if (became.later) return false;
        if (became.old) { told("old"); return false; }
        if (became.sent) { await remove(act.n); told("sent", { act, answer: became.sent }); going = true; continue; }
        await keep({ ...act, asked: became.asked });
        held.add(act.job);
        told("asked", { ...act, asked: became.asked });
      }
    }
    return true;
  };
  let running = null;
  const flush = (pin) => {
    if (running && !pin) return running;
    const locked = navigator.locks ? () => navigator.locks.request(NAME, () => once(pin)) : () => once(pin);
    running = (running ?? Promise.resolve()).then(locked).finally(() => { running = null; told("changed"); });
    return running;
  };

  const add = async (act) => {
    try { await keep({ ...act, key: newKey(), at: Date.now() }); } catch (fault) {
      throw new Error(`This tablet has no room left to keep it (${fault?.name ?? "unknown"}), so nothing was done; free some room, or do it again where there is contact.`);
    }
    told("changed");
    return flush();
  };
  const again = async (act, changes = {}, pin) => {
    const { asked, ...kept } = act;
    await keep({ ...kept, ...changes });
    if (pin) {  // one PIN answers for all that this person pressed
      for (const one of await all()) {
        if (one.asked?.reason === "pin" && one.by === act.by) { delete one.asked; await keep(one); }
      }
    }
    told("changed");
    return flush(pin);
  };
  const drop = async (n) => { await remove(n); told("changed"); return flush(); };

  window.floorQueue = { add, again, all, drop, filesOf, flush, newKey, refusal };
})();
