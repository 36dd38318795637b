/* The outbox: every fact is written here before the screen changes, and goes only when the server has answered for it.

Each row carries its person's own ticket, so it does not matter who is signed in when the network comes back. */

import * as store from "./store.js";
import { apply } from "./facts.js";
import { update } from "./session.js";

const BATCH = 200;
const MAX_BYTES = 200_000;
const SLOWEST = 5 * 60_000;

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

/* Writes one fact about whoever is signed in. Throws when there is no room: then nothing has happened. */
export const write = async (fact) => {
  let row;
  const session = await update((session) => {
    if (!session.standing?.ticket) return;
    const now = moment();
    const event = { id: crypto.randomUUID(), ...fact, occurred_at: new Date(now).toISOString() };
    row = { id: event.id, staff: session.staff, ticket: session.standing.ticket, seq: now, state: "waiting", event };
  });
  if (!session || !row) return undefined;
  await store.put("outbox", row);
  await update((session) => { if (session.staff === row.staff && session.standing) apply(session.standing, row.event); });
  changed();
  return row;
};

export const counts = async () => {
  const rows = await store.all("outbox");
  const waiting = rows.filter((row) => row.state === "waiting");
  return {
    waiting: waiting.length,
    since: waiting.length ? Math.min(...waiting.map((row) => row.seq)) : 0,
    refused: rows.length - waiting.length,
    sentAt: await store.kept("sent"),
  };
};

const post = async (rows, told) => {
  const response = await fetch(config().events, {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      ...told,
      sent_at: new Date().toISOString(),
      events: rows.map((row) => ({ ...row.event, ticket: row.ticket })),
    }),
    signal: AbortSignal.timeout(20_000),
  });
  return response.ok ? (await response.json()).results : response.status;
};

/* As many as fit in one request. */
const batchOf = (rows) => {
  const batch = [];
  let bytes = 0;
  for (const row of rows.slice(0, BATCH)) {
    bytes += JSON.stringify(row.event).length + row.ticket.length + 20;
    if (batch.length && bytes > MAX_BYTES) break;
    batch.push(row);
  }
  return batch;
};

/* Sends what waits, and tells how the tablet is. Returns what the server said by id, or undefined if it said nothing. */
const send = async () => {
  const said = new Map();
  const carried = await store.kept("carried");
  for (;;) {
    const rows = (await store.all("outbox")).sort((one, other) => one.seq - other.seq);
    const waiting = rows.filter((row) => row.state === "waiting");
    const batch = batchOf(waiting);
    const left = waiting.slice(batch.length);
    const results = await post(batch, {
      app: carried?.version ?? "",
      tablet: carried?.tablet?.ticket ?? null,
      unsent: left.length,
      unsent_since: left.length ? new Date(left[0].seq).toISOString() : null,
      refused: rows.length - waiting.length,
    });
    if (typeof results === "number") throw new Error(String(results));
    const done = [];
    for (const result of results) {
      said.set(result.id, result);
      const row = batch.find((one) => one.id === result.id);
      if (!row) continue;
      if (result.outcome === "rejected") await store.put("outbox", { ...row, state: "refused", reason: result.reason });
      else done.push(row.id);
    }
    if (done.length) {
      await store.remove("outbox", ...done);
      await store.keep("sent", Date.now());
    }
    if (!left.length || !results.length) return said;
  }
};

/* One sender at a time, over all tabs. `patience`: how long the caller waits for the answer. */
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
  addEventListener("pageshow", () => flush());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
};

/* A leader has seen what was refused. */
export const putAside = async (id) => { await store.remove("outbox", id); changed(); };
