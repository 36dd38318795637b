/* The outbox: every fact is written here before the screen changes, and goes only when the server has answered for it.

Each row carries its person's own ticket, so it does not matter who is signed in when the network comes back. */

import * as store from "./store.js";
import { apply, find } from "./facts.js";
import { noteRecent, update } from "./session.js";

const BATCH = 200;
const MAX_BYTES = 200_000;
const SLOWEST = 5 * 60_000;
/* So often a row alone is tried that the server answers with a fault of its own. */
const TRIES = 20;

const config = () => document.querySelector("[data-lms-tablet]").dataset;
const channel = new BroadcastChannel("larpunkt");
const listeners = new Set();
let timer;
let delay = 5000;

const changed = () => {
  channel.postMessage("outbox");
  for (const listener of listeners) listener();
};
channel.onmessage = () => { for (const listener of listeners) listener(); };
export const onChange = (listener) => listeners.add(listener);

let last = 0;
const moment = () => {
  last = Math.max(Date.now(), last + 1); // two facts never share a moment: their order is told by it
  return last;
};

/* A test is handed in once: pressed twice, it is the same fact. */
const idOf = async (fact) => {
  if (fact.kind !== "submit") return crypto.randomUUID();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`submit ${fact.attempt}`)));
  digest[6] = (digest[6] & 0x0f) | 0x80;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  const hex = [...digest.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

/* Writes one fact about `staff`, if that is who is signed in; returns its row, or nothing where it is not or where the
   tablet has no ticket of theirs. `deal` is what the server has dealt for an attempt. Throws when there is no room: then
   nothing has happened. */
export const write = async (staff, fact, deal) => {
  const id = await idOf(fact);
  let row;
  await update(async (session) => {
    if (session.staff !== staff || !session.standing?.ticket) return;
    const now = moment();
    const [part, course] = find(session.standing, fact.activity);
    const event = { id, ...fact, occurred_at: new Date(now).toISOString() };
    const about = [part?.title, course?.title].filter(Boolean).join(", ");
    const written = { id, staff, ticket: session.standing.ticket, seq: now, state: "waiting", about, event, deal };
    await store.put("outbox", written);
    await forgetEarlier(written);
    apply(session.standing, event, deal);
    noteRecent(session, written);
    row = written;
  });
  if (row) changed();
  return row;
};

/* An answer that has not been sent gives way to the one after it. */
const forgetEarlier = async ({ id, staff, event }) => {
  if (event.kind !== "answer") return;
  const earlier = (await store.all("outbox")).filter((row) => row.state === "waiting" && row.staff === staff && row.id !== id
    && row.event.kind === "answer" && row.event.attempt === event.attempt && row.event.question === event.question);
  if (earlier.length) await store.remove("outbox", ...earlier.map((row) => row.id));
};

export const counts = async () => {
  const rows = await store.all("outbox");
  const waiting = rows.filter((row) => row.state === "waiting");
  return {
    waiting: waiting.length,
    since: waiting.length ? Math.min(...waiting.map((row) => row.seq)) : 0,
    refused: rows.length - waiting.length,
    sent: await store.kept("sent"),
  };
};

/* What the server made of each; or, as a number, that it would not have them together. Throws when it is not reached. */
const post = async (rows, told) => {
  const response = await store.fetchWithin(20_000, config().events, {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      ...told,
      sent_at: new Date().toISOString(),
      events: rows.map((row) => ({ ...row.event, ticket: row.ticket })),
    }),
  });
  if ([400, 413].includes(response.status) || response.status === 500) return response.status;
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()).results;
};

/* As many as fit in one request. */
const batchOf = (rows) => {
  const batch = [];
  let bytes = 0;
  for (const row of rows.slice(0, BATCH)) {
    bytes += new Blob([JSON.stringify(row.event), row.ticket]).size + 20;
    if (batch.length && bytes > MAX_BYTES) break;
    batch.push(row);
  }
  return batch;
};

/* Sends `batch`. What the server does not take together it gets in halves, so that one row never holds up the others. */
const deliver = async (batch, told, said) => {
  const results = await post(batch, told);
  if (typeof results === "number") {
    if (batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      await deliver(batch.slice(0, half), told, said);
      return deliver(batch.slice(half), told, said);
    }
    const [row] = batch;
    if (!row) throw new Error(String(results));
    const tries = (row.tries ?? 0) + 1;
    const given = results !== 500 || tries >= TRIES;
    return store.put("outbox", { ...row, tries, ...(given ? { state: "refused", reason: String(results) } : {}) });
  }
  const done = [];
  for (const result of results) {
    said.set(result.id, result);
    const row = batch.find((one) => one.id === result.id);
    if (!row) continue;
    if (result.outcome === "rejected") await store.put("outbox", { ...row, state: "refused", reason: result.reason });
    else done.push(row.id);
  }
  if (!done.length) return undefined;
  await store.remove("outbox", ...done);
  return store.keep("sent", { at: Date.now(), review: results.some((result) => result.outcome === "needs_review") });
};

/* Sends what waits, and tells how the tablet is. Returns what the server said by id. */
const send = async () => {
  const said = new Map();
  const carried = await store.kept("carried");
  const tried = new Set();
  for (;;) {
    const rows = (await store.all("outbox")).sort((one, other) => one.seq - other.seq);
    const waiting = rows.filter((row) => row.state === "waiting");
    const batch = batchOf(waiting.filter((row) => !tried.has(row.id)));
    const left = waiting.filter((row) => !batch.includes(row));
    await deliver(batch, {
      app: carried?.version ?? "",
      tablet: carried?.tablet?.ticket ?? null,
      unsent: left.length,
      unsent_since: left.length ? new Date(left[0].seq).toISOString() : null,
      refused: rows.length - waiting.length,
    }, said);
    for (const row of batch) tried.add(row.id);
    if (!left.some((row) => !tried.has(row.id))) return said;
  }
};

/* One sender at a time, over all tabs. `patience`: how long the caller waits for the answer; undefined when it does not
   come, or not in time. */
export const flush = async ({ patience } = {}) => {
  const sending = navigator.locks.request("larpunkt-outbox", send).then(
    (said) => { delay = 5000; navigator.serviceWorker.controller?.postMessage("reached"); changed(); return said; },
    () => { delay = Math.min(delay * 2, SLOWEST); changed(); return undefined; },
  ).finally(again);
  if (!patience) return sending;
  return Promise.race([sending, new Promise((done) => setTimeout(done, patience))]);
};

/* As long as something waits: again after a while, longer each time, and never all tablets at once. */
const again = async () => {
  clearTimeout(timer);
  if ((await counts()).waiting) timer = setTimeout(flush, delay * (0.75 + Math.random() / 2));
};

/* Looks after the outbox for as long as the page is open. */
export const tend = () => {
  addEventListener("online", () => flush());
  addEventListener("pageshow", (event) => { if (event.persisted) flush(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
};

/* A leader has seen what was refused. */
export const putAside = async (id) => { await store.remove("outbox", id); changed(); };
