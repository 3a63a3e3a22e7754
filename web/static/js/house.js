// SPDX-License-Identifier: AGPL-3.0-or-later
// Small comforts. Every page works without them.
(() => {
  // "/" goes to the search box, unless somebody is typing.
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.querySelector("[data-search]");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  });

  // A form is sent once, however often the button is pressed; one that only fetches files may go again.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method !== "post" || form.hasAttribute("hx-post") || "again" in form.dataset) return;
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // The files chosen, listed with their sizes before they travel.
  const size = (bytes) => bytes < 1e3 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  addEventListener("change", (event) => {
    const list = event.target.matches("input[type=file][data-list]") && document.getElementById(event.target.dataset.list);
    if (!list) return;
    list.replaceChildren(...[...event.target.files].map((file) => {
      const row = document.createElement("li");
      row.textContent = `${file.name} · ${size(file.size)}`;
      return row;
    }));
  });

  addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  // A text is copied as it stands; where the browser does not let us, it is selected instead.
  addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    const source = button && document.getElementById(button.dataset.copy);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.lastChild.textContent = "Copied";
    } catch {
      if (source.select) source.select(); else getSelection().selectAllChildren(source);
    }
  });

  // A refusal that arrives in place is brought into view and read out.
  addEventListener("htmx:after:swap", () => {
    const said = document.querySelector("[data-refusal]");
    if (said && !said.dataset.seen) { said.dataset.seen = "yes"; said.scrollIntoView({ block: "center" }); said.focus(); }
  });
})();
