// SPDX-License-Identifier: AGPL-3.0-or-later
// A tablet that is opened without contact gets a page that says so. Nothing of a job is ever kept
// here: a drawing from a cache could be an old one.
const CACHE = "titleblock-floor-1", PAGE = "/offline";

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    const page = await fetch(PAGE, { cache: "no-store" });
    const text = await page.clone().text();
    await cache.put(PAGE, page);
    await cache.addAll([...new Set([...text.matchAll(/(?:src|href)="(\/static\/[^"#]+)/g)].map((one) => one[1].replaceAll("&amp;", "&")))]);
    await skipWaiting();
  })());
});
addEventListener("activate", (event) => { event.waitUntil(clients.claim()); });
addEventListener("fetch", (event) => {
  const asked = new URL(event.request.url);
  if (event.request.method !== "GET" || asked.origin !== location.origin) return;
  if (event.request.mode === "navigate" && /^\/(t|scan|tablet|b)(\/|$)/i.test(asked.pathname)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  } else if (asked.pathname.startsWith("/static/") && asked.search) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  }
});
