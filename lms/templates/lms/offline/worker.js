/* The service worker of the shop's tablet. It sees the tablet's pages and nothing else of the site.

A page comes from the network if that answers within three seconds; else the shell comes, which draws what the tablet
has with it. No page by the server is ever kept: pages are somebody's. Kept are the shell's own files (here), and the
bodies of lessons and their pictures (carry.js), which know no user. */
const { version, home, reader, shells, standard, files } = {% autoescape off %}{{ told }}{% endautoescape %};
const SHELL = `lms-shell-${version}`;
const MEDIA = "lms-media";
const PATIENCE = 3000;
/* After a page that did not come, the next ones are not waited for: every tap would cost three seconds. */
const REST = 15_000;
let restUntil = 0;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/* Each on its own: one file that does not come must not throw away those that did. */
async function keep(cache, url, tries = 3) {
  for (let number = 1; ; number += 1) {
    try {
      const response = await fetch(url, { cache: "no-cache", credentials: "same-origin" });
      if (!response.ok || response.redirected) throw new Error(`${url}: ${response.status}`);
      return await cache.put(url, response);
    } catch (error) {
      if (number === tries) throw error;
      await pause(500 * number);
    }
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL);
    const kept = await Promise.allSettled([...Object.values(shells), ...files].map((url) => keep(cache, url)));
    const missing = kept.find((one) => one.status === "rejected");
    if (missing) throw missing.reason; // the browser tries again at the next page
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("lms-shell-") && name !== SHELL) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data === "reached") restUntil = 0;
});

/* Who is at the tablet, out of the page's own store. Nobody when there is no store yet. */
const session = () => new Promise((done) => {
  const opening = indexedDB.open("larpunkt");
  opening.onupgradeneeded = () => opening.transaction.abort();
  opening.onerror = () => done(null);
  opening.onsuccess = () => {
    const database = opening.result;
    const leave = (value) => { database.close(); done(value ?? null); };
    if (!database.objectStoreNames.contains("keep")) return leave(null);
    const asking = database.transaction("keep").objectStore("keep").get("session");
    asking.onsuccess = () => leave(asking.result);
    asking.onerror = () => leave(null);
  };
});

/* The answer, if it begins to come in time; then all of it, however long it takes. The request itself is left as it is:
   with another signal it would lose where it came from. */
const inTime = (answer) => Promise.race([answer, pause(PATIENCE).then(() => Promise.reject(new Error("slow")))]);

async function drawShell(who) {
  const language = who?.language in shells ? who.language : standard in shells ? standard : Object.keys(shells)[0];
  const cache = await caches.open(SHELL);
  return (await cache.match(shells[language])) ?? Response.error();
}

async function page(request) {
  const { pathname } = new URL(request.url);
  const who = await session();
  const personal = pathname === home || pathname.startsWith(reader);
  const reads = request.method === "GET";
  /* Whoever signed in without network is nobody to the server, which would show the names. */
  if (reads && who?.offline && personal) return drawShell(who);
  if (reads && Date.now() < restUntil) return drawShell(who);
  try {
    /* What is posted is waited for: it may have been taken. */
    const response = await (reads ? inTime(fetch(request)) : fetch(request));
    restUntil = 0;
    return [502, 503, 504].includes(response.status) ? drawShell(who) : response;
  } catch {
    restUntil = Date.now() + REST;
    return drawShell(who);
  }
}

const hashed = /\.[0-9a-f]{8,}\.\w+$/;

async function file(request, path) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(path);
  if (kept && (hashed.test(path) || Date.now() < restUntil)) return kept;
  try {
    return await (kept ? inTime(fetch(request)) : fetch(request));
  } catch {
    return kept ?? Response.error();
  }
}

/* A picture or a recording, if it was fetched. Players ask for a recording in parts. */
async function medium(request, path) {
  const kept = await (await caches.open(MEDIA)).match(path);
  if (!kept) return fetch(request);
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!asked) return kept;
  const whole = await kept.blob();
  const first = Number(asked[1]);
  const last = Math.min(asked[2] ? Number(asked[2]) : Infinity, whole.size - 1);
  if (first > last) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${whole.size}` } });
  return new Response(whole.slice(first, last + 1), {
    status: 206,
    headers: { "Content-Type": whole.type, "Content-Range": `bytes ${first}-${last}/${whole.size}`, "Accept-Ranges": "bytes" },
  });
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname.startsWith(home)) event.respondWith(page(request));
  } else if (request.method === "GET") {
    if (files.includes(url.pathname)) event.respondWith(file(request, url.pathname));
    else if (request.destination === "image" || request.destination === "audio") event.respondWith(medium(request, url.pathname));
  }
});
