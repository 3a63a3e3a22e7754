// SPDX-License-Identifier: AGPL-3.0-or-later
// A packet on an open page: it asks again and again whether it still counts. And how far one is that is made.
(() => {
  const EVERY = 5_000, LIMIT = 8_000;
  const ask = async (address) => {
    const answer = await fetch(address, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(LIMIT) });
    return { gone: answer.status === 404 || answer.status === 410, told: answer.ok ? await answer.json() : null };
  };

  const counts = document.querySelector("[data-counts]");
  const ended = (words) => {
    if (counts.dataset.again !== undefined) { location.reload(); return; } // the server says it better
    for (const one of document.querySelectorAll("[data-download]")) one.hidden = true;
    const said = document.querySelector("[data-ended]");
    if (words) said.querySelector("[data-words]").textContent = words;
    said.hidden = false;
    said.querySelector("p").focus?.();
  };
  let timer = 0;
  const look = async () => {
    clearTimeout(timer);
    try {
      const { gone, told } = await ask(counts.dataset.address);
      if (gone || (told && told.state !== counts.dataset.counts)) { ended(told?.says); return; }
    } catch { /* no contact: nothing new is known, and a download would say so */ }
    timer = setTimeout(look, EVERY * (0.9 + Math.random() * 0.2));
  };
  if (counts) {
    timer = setTimeout(look, EVERY);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
    addEventListener("online", look);
  }

  const form = document.querySelector("form[data-making]");
  form?.addEventListener("submit", () => {
    const making = form.querySelector("[data-progress]"), bar = making.querySelector("progress");
    making.hidden = false;
    form.querySelector("button").disabled = true;
    setInterval(async () => {
      try {
        const { told } = await ask(form.dataset.making);
        if (told && told.points > bar.value) bar.value = told.points;
      } catch { /* the answer of the form itself tells the rest */ }
    }, 700);
  });
})();
