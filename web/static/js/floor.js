// SPDX-License-Identifier: AGPL-3.0-or-later
// The floor page keeps asking; what was not confirmed for 60 s is not shown as current. What is
// pressed goes through the queue, with contact or without.
(() => {
  const LIMIT_MS = 60_000, ASK_MS = 10_000, RETRY_MS = 4_000;
  const root = document.getElementById("floor");
  const queue = window.floorQueue;
  const live = () => document.getElementById("live");
  const clock = (time) => new Date(time).toTimeString().slice(0, 8);
  const element = (name, text, more = {}) => {
    const made = Object.assign(document.createElement(name), more);
    if (text) made.textContent = text;
    return made;
  };
  const icon = (name) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${root.dataset.icons}#${name}`);
    made.setAttribute("class", "icon");
    made.setAttribute("aria-hidden", "true");
    made.append(use);
    return made;
  };

  // --- contact ---------------------------------------------------------------------------------

  let last = Date.now();
  const lost = () => Date.now() - last > LIMIT_MS;
  const say = () => {
    const gone = lost();
    const checked = document.querySelector("[data-checked]");
    if (checked) checked.textContent = gone ? `not confirmed since ${clock(last)}` : `checked at ${clock(last)}`;
    if (gone !== document.body.classList.contains("lost") && root) show();
    document.body.classList.toggle("lost", gone);
    for (const part of document.querySelectorAll("[data-current]")) part.hidden = gone;
    for (const part of document.querySelectorAll("[data-lost]")) part.hidden = !gone;
  };

  let asking = false, next = 0, contact = true;
  const plan = (wait) => { clearTimeout(next); next = setTimeout(ask, wait); };
  async function ask() {
    if (asking) return;
    asking = true;
    const asked = Date.now(), tag = live().dataset.tag;
    let heard = false;
    try {
      const answer = await fetch(root.dataset.stateUrl, {
        headers: { Accept: "application/json", "If-None-Match": `"${tag}"` }, cache: "no-store",
        signal: AbortSignal.timeout(8_000),
      });
      heard = answer.status < 500;
      if (answer.status === 304) last = asked;
      else if (answer.ok) {
        if ((await answer.json()).tag === tag) last = asked;
        else htmx.trigger("#live", "look");
      } else if (heard && answer.status !== 429) location.reload();  // ended: the server says why
    } catch { /* no contact; the clock goes on */ }
    asking = false;
    say();
    if (heard !== contact) { contact = heard; show(); }
    if (heard) queue.flush();
    plan(heard ? ASK_MS + Math.random() * 1_000 : RETRY_MS);
  }

  if (root && live()) {
    let looked = 0;
    addEventListener("htmx:before:request", () => { looked = Date.now(); });
    addEventListener("htmx:before:response", (event) => {
      const status = event.detail.ctx.response.raw?.status ?? event.detail.ctx.response.status;
      if (status < 400) last = looked || Date.now();
    });
    addEventListener("htmx:after:swap", () => { say(); show(); });
    addEventListener("online", () => plan(0));
    for (const name of ["visibilitychange", "pageshow"]) {
      addEventListener(name, () => { say(); if (document.visibilityState === "visible") plan(0); });
    }
    setInterval(say, 1_000);
    plan(ASK_MS);
    say();
    if (isSecureContext && navigator.serviceWorker) navigator.serviceWorker.register(root.dataset.worker, { scope: "/" }).catch(() => {});
  }

  // --- one keypad for the marked field: the first key replaces what stood there, the next ones add

  for (const form of document.querySelectorAll("[data-pad-form]")) {
    let aim = null, fresh = true;
    const take = (field) => {
      aim?.classList.remove("aim");
      aim = field;
      aim.classList.add("aim");
      fresh = true;
    };
    for (const field of form.querySelectorAll("[data-pad]")) {
      if (matchMedia("(pointer: coarse)").matches) field.inputMode = "none";
      field.addEventListener("focus", () => { take(field); field.select(); });
      field.addEventListener("input", () => { fresh = false; });
    }
    const first = form.querySelector("[data-pad]");
    if (first) take(first);
    form.addEventListener("opened", () => { if (first) take(first); });
    form.addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]")?.dataset.key;
      if (!key || !aim) return;
      if (key === "erase") aim.value = aim.value.slice(0, -1);
      else if (key === "clear") aim.value = "";
      else aim.value = (fresh ? "" : aim.value) + key;
      fresh = false;
    });
    for (const tile of form.querySelectorAll(".tiles:not(.all-tiles) input[type=radio]")) {
      // Who it is has been said: the keypad comes under the thumb.
      tile.addEventListener("change", () => first?.closest(".part")?.scrollIntoView({ block: "start" }));
    }
    // This tablet remembers who worked at it last; the PIN is asked all the same.
    const who = form.querySelectorAll("input[type=radio][name=operator]");
    const kept = (() => { try { return localStorage.getItem("operator"); } catch { return null; } })();
    if (![...who].some((tile) => tile.checked)) {
      for (const tile of who) if (tile.value === kept) tile.checked = true;
    }
    form.addEventListener("submit", () => {
      const chosen = form.querySelector("input[name=operator]:checked");
      try { if (chosen) localStorage.setItem("operator", chosen.value); } catch { /* private window */ }
      // Where the answer is a file the page stays; the PIN must not stay with it.
      setTimeout(() => { for (const pin of form.querySelectorAll(".pin")) pin.value = ""; }, 0);
    });
  }
  if (!root || !live()) return;

  // --- who is here, and for how long -------------------------------------------------------------

  const minutes = Number(root.dataset.minutes) * 60_000;
  let until = Date.now() + Number(root.dataset.left ?? 0) * 1_000;
  const here = () => (root.dataset.who && Date.now() < until ? root.dataset.who : "");
  const stay = () => { until = Math.max(until, Date.now() + minutes); };
  let told = false;
  setInterval(() => {
    if (!root.dataset.who || here() || told) return;
    told = true;  // signed out by itself: the server says so too as soon as it is asked
    const name = document.querySelector(".who");
    name?.classList.remove("known");
    if (name) name.querySelector("span").textContent = "Sign in";
    for (const one of document.querySelectorAll("dialog[open]")) one.close();
  }, 1_000);

  // --- acts --------------------------------------------------------------------------------------

  const WORDS = { start: "Start", pause: "Pause", finish: "Finish", note: "Note", photo: "Photo", block: "Blocker", shot: "Photo of blocker", measure: "Result", nc: "Not right" };
  const SHEETS = {};  // what opens a sheet of its own: floor-sheets.js says how
  const LOOKS = { start: ["play", "begin"], pause: ["pause", "pause"], finish: ["flag", "begin"] };
  const AWAY = { start: "Send out", pause: "Part is back", finish: "It is back" };  // done at a vendor's
  const pieces = (number) => (number === 1 ? "1 piece is" : `${number} pieces are`);
  const word = (act) => ("outside" in live().dataset && AWAY[act]) || WORDS[act];
  const AFTER = { start: "running", pause: "paused", finish: "done" };
  const NEXT = { running: ["finish", "pause"], paused: ["start"], done: [] };

  const COUNTED = ["too-many-pieces", "pieces-missing", "bad-quantity", "deviation-used-up", "lot-overfull"];  // another count may be right

  const mine = (act) => act.job === live().dataset.job && String(act.seq) === live().dataset.seq;
  let trouble = "";
  const press = async (act, fields = {}, more = {}) => {
    stay();
    trouble = "";
    try {
      const refused = await queue.refusal(queue.filesOf(more), Number(root.dataset.largest));
      if (refused) throw new Error(refused);
      await queue.add({
        ...more, url: act === "photo" ? root.dataset.photoUrl : root.dataset.actUrl, job: live().dataset.job, seq: live().dataset.seq, title: live().dataset.title,
        seen: live().dataset.mark, by: root.dataset.who, shown: root.dataset.shown, act, fields,
      });
    } catch (fault) {
      trouble = fault.message;
      show();
    }
  };

  const open = (id, ready) => {
    const dialog = document.getElementById(id);
    const form = dialog.querySelector("form");
    form.reset();
    dialog.querySelector("[data-fault]").textContent = "";
    form.dispatchEvent(new Event("opened"));
    dialog.showModal();
    const go = dialog.querySelector("[data-go]");
    go.onclick = () => {
      const fault = ready(form.elements, form);
      dialog.querySelector("[data-fault]").textContent = fault ?? "";
      if (!fault) dialog.close();
    };
    return form.elements;
  };
  addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
  for (const form of document.querySelectorAll("dialog form")) {
    form.addEventListener("submit", (event) => { event.preventDefault(); form.querySelector("[data-go]").click(); });
  }

  const count = async (act, given = {}, then = (fields) => press(act, fields)) => {
    const before = (await queue.all()).filter((one) => mine(one) && one.n !== given.n);
    const counted = before.reduce((sum, one) => sum + Number(one.fields.good ?? 0) + Number(one.fields.scrap ?? 0) + Number(one.fields.rework ?? 0), 0);
    const left = Math.max(0, Number(live().dataset.left ?? 0) - counted);
    const dialog = document.getElementById("counting");
    dialog.querySelector("h2").textContent = act === "finish" ? `${word(act)}: ${left} left to count` : `${word(act)}: count this go`;
    dialog.querySelector("[data-go]").replaceChildren(icon(LOOKS[act][0]), word(act));
    dialog.querySelector("[data-why]").hidden = !given.fields?.why;
    const fields = open("counting", (values) => {
      const whole = (text) => (/^\d{1,7}$/.test(text || "0") ? Number(text || 0) : NaN);
      const good = whole(values.good.value), scrap = whole(values.scrap.value), why = values.why.value.trim();
      const rework = whole(values.rework.value), counted = good + scrap + rework;
      if (Number.isNaN(counted)) return "Good, scrap and rework are whole numbers.";
      if (counted > left) return `Only ${pieces(left)} left to count.`;
      if (act === "finish" && counted < left && !why) {
        dialog.querySelector("[data-why]").hidden = false;
        values.why.focus();
        return `${pieces(left - counted)} missing: pause instead, or say why.`;
      }
      then({ good, scrap, ...(rework ? { rework } : {}), ...(why ? { why } : {}) });
      return "";
    });
    fields.good.value = given.fields?.good ?? (act === "finish" ? left : 0);
    fields.scrap.value = given.fields?.scrap ?? 0;
    fields.rework.value = given.fields?.rework ?? 0;
    fields.why.value = given.fields?.why ?? "";
  };

  addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const act = button.dataset.act;
    if (!here()) return;  // the next page asks for a PIN, which only the server knows: reach.js
    if (!(act in WORDS) || act === "shot") return;
    event.preventDefault();
    if (act in SHEETS) { SHEETS[act](button); return; }
    if (act === "start") press("start");
    else if (act === "note") {
      open("noting", (values) => {
        if (!values.words.value.trim()) return "Write something first.";
        press("note", { words: values.words.value });
        return "";
      });
    } else count(act);
  });

  addEventListener("change", (event) => {
    const field = event.target;
    if (!field.matches("[data-photo]") || !here()) return;
    const act = field.dataset.blocker ? "shot" : "photo", fields = field.dataset.blocker ? { blocker: field.dataset.blocker } : {};
    for (const file of field.files) press(act, fields, { files: [{ file, name: file.name || "photo.jpg" }] });
    field.value = "";
  });

  // --- a photo of what blocks, closer -------------------------------------------------------------

  addEventListener("click", (event) => {
    const way = event.target.closest("[data-look]");
    if (!way) return;
    event.preventDefault();
    const looking = document.getElementById("looking");
    looking.querySelector("[data-big]").replaceChildren(element("img", "", { src: way.href, alt: way.querySelector("img").alt }));
    looking.showModal();
  });

  // --- what waits, what is asked, what was sent ----------------------------------------------------

  let thanks = "", thanked = 0;
  const outside = [];  // results out of tolerance that nobody has answered yet
  const line = (act) => {
    const said = { note: act.fields.words, block: act.fields.what, nc: act.fields.what, shot: act.fields.blocker, measure: `${act.fields.result}, balloon ${act.fields.balloon}, piece ${act.fields.piece}` }[act.act];
    const what = said !== undefined ? `${WORDS[act.act]} “${said.slice(0, 40)}”`
      : WORDS[act.act] + (act.fields.good !== undefined ? ` ${act.fields.good} good, ${act.fields.scrap} scrap` : "") + (act.fields.rework ? `, ${act.fields.rework} for rework` : "");
    return `${what}, ${act.job} step ${act.seq}, ${act.shown}, ${clock(act.at).slice(0, 5)}`;
  };
  const question = (act) => {
    const box = element("div", "", { className: "say halt ask", role: "alert" });
    const words = element("div");
    words.append(element("p", line(act), { className: "main" }), element("p", act.asked.said));
    const ends = element("div", "", { className: "ends" });
    const button = (text, look, press) => ends.append(element("button", text, { type: "button", className: `button ${look}`, onclick: press }));
    button("Drop it", "", () => queue.drop(act.n));
    if (act.asked.reason === "pin") {
      button("Give the PIN", "first begin", () => {
        document.querySelector("#proving [data-said]").textContent = `${act.shown} pressed it, so ${act.shown} gives the PIN.`;
        open("proving", (values) => {
          const pin = values.pin.value;
          if (!/^\d{4,8}$/.test(pin)) return "A PIN has 4 to 8 digits.";
          queue.again(act, {}, { by: act.by, pin });
          values.pin.value = "";
          return "";
        });
      });
    } else if (act.asked.reason !== "sure" && act.act in SHEETS) button("Correct it", "first begin", () => SHEETS[act.act](null, act));
    else if (act.asked.reason === "sure") button("Do it all the same", "first pause", () => queue.again(act, { sure: true }));
    else if (mine(act) && COUNTED.includes(act.asked.kind)) {
      button("Correct it", "first begin", () => count(act.act, act, (fields) => queue.again(act, { fields, key: queue.newKey() })));
    } else button("Try again", "first begin", () => queue.again(act));
    words.append(ends);
    box.append(icon("warn"), words);
    return box;
  };
  async function show() {
    const place = document.getElementById("waiting");
    const acts = await queue.all();
    const waiting = acts.filter((act) => !act.asked);
    const rows = acts.filter((act) => act.asked).map(question);
    const lasting = (text, ...ends) => {
      const box = element("div", "", { className: "say halt", role: "alert" }), words = element("div"), row = element("div", "", { className: "ends" });
      row.append(...ends);
      words.append(element("p", text, { className: "main" }), row);
      box.append(icon("warn"), words);
      rows.push(box);
    };
    const choice = (text, look, onclick) => element("button", text, { type: "button", className: `button ${look}`, onclick });
    if (!contact && !lost()) {
      const since = `No contact since ${clock(last).slice(0, 5)}.`;
      const box = element("div", "", { className: "say wait", role: "status" });
      box.append(icon("gone"), element("div", here() ? `${since} What you press is kept on this tablet and sent by itself.`
        : `${since} Nobody is signed in here, so nothing you press can be kept: write it on the traveler until contact is back.`));
      rows.push(box);
    }
    if (trouble) lasting(trouble, choice("I see", "", () => { trouble = ""; show(); }));
    for (const one of outside) {
      const done = () => { outside.splice(outside.indexOf(one), 1); show(); };
      lasting(one.said, choice("Set aside", "", done), choice("Report it", "first pause", () => { SHEETS.nc(null, null, one); done(); }));
    }
    if (waiting.length) {
      const box = element("div", "", { className: "say wait", role: "status" });
      const words = element("div");
      words.append(element("p", waiting.length === 1 ? "1 act waits to be sent" : `${waiting.length} acts wait to be sent`, { className: "main" }));
      for (const act of waiting) words.append(element("p", line(act)));
      box.append(icon("clock"), words);
      rows.push(box);
    } else if (thanks) {
      const box = element("div", "", { className: "say go", role: "status" });
      box.append(icon("check"), element("div", thanks));
      rows.push(box);
    }
    place.replaceChildren(...rows);
    // The buttons follow what was pressed, though the server has not confirmed it yet.
    const own = acts.filter(mine), asked = own.findIndex((act) => act.asked);
    const state = (asked < 0 ? own : own.slice(0, asked)).filter((act) => act.act in AFTER).map((act) => AFTER[act.act]).pop();
    const mains = document.getElementById("mains");
    if (!mains || !state) return;
    mains.replaceChildren(...NEXT[state].map((act, at) => {
      const made = element("button", "", { type: "button", className: `button ${LOOKS[act][1]}${at ? "" : " first"}` });
      made.dataset.act = act;
      made.append(icon(LOOKS[act][0]), act === "start" ? "Go on" : word(act));
      return made;
    }));
    const band = document.querySelector(".now");
    if (!band) return;
    band.className = "band wait now";
    band.querySelector(".icon").replaceWith(icon({ running: "play", paused: "pause", done: "check" }[state]));
    band.querySelector("strong").textContent = state.toUpperCase();
    band.querySelector("p").textContent = "Pressed here, not sent yet.";
  }
  addEventListener("floor:changed", show);
  addEventListener("floor:sent", (event) => {
    const { act, answer } = event.detail;
    if (answer.out) outside.push(answer);
    thanks = answer.out ? "" : `${answer.said} (${line(act)})`;
    clearTimeout(thanked);
    thanked = setTimeout(() => { thanks = ""; show(); }, 6_000);
    last = Date.now() - 1;
    htmx.trigger("#live", "look");
  });
  addEventListener("floor:asked", () => htmx.trigger("#live", "look"));
  addEventListener("floor:old", () => location.reload());
  window.floorPage = { SHEETS, element, here, icon, live, mine, open, press, queue, root };
  show();
  queue.flush();
})();
