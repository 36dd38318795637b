/* Who is at the tablet now, and how each gets in again without network.

While someone is signed in, where they stand lies open in "session". When they leave it goes, and only a sealed copy
stays, which their PIN opens: AES-GCM with a key that PBKDF2 makes of it. That is a courtesy lock between colleagues. Who
has the tablet in hand and knows how can try all ten thousand PINs; see docs/tablet.md. */

import * as store from "./store.js";
import { apply } from "./facts.js";

const ROUNDS = 310_000;
/* Wrong PINs without network: after three, half a minute. */
const TRIES = 3;
const WAIT = 30_000;

const config = () => document.querySelector("[data-lms-tablet]").dataset;

const keyFrom = async (pin, salt) => {
  const raw = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin.trim()), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"],
  );
};

/* Our own word to the server about who is here: its cookie of the last person cannot be deleted without network. */
const sayHere = (who) => {
  document.cookie = `lms_here=${who}; path=${config().home}; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
};

export const current = () => store.kept("session");

const seal = async (session) => {
  if (!session.key) return;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv }, session.key, new TextEncoder().encode(JSON.stringify(session.standing)),
  );
  await store.put("people", { id: session.staff, salt: session.salt, iv, data, sealedAt: Date.now() });
};

/* One writer at a time, also over several tabs: reads, changes, and writes back what `change` made of the session. */
export const update = (change) => navigator.locks.request("larpunkt-session", async () => {
  const session = await current();
  if (!session) return undefined;
  change(session);
  await store.keep("session", session);
  await seal(session);
  return session;
});

/* A PIN on its way to the server: kept until the server says that it was right. */
export const remember = async (staff, pin) => {
  const salt = (await store.get("people", staff))?.salt ?? crypto.getRandomValues(new Uint8Array(16));
  await store.keep("pending", { staff, salt, key: await keyFrom(pin, salt) });
};

/* The server has drawn a page for `staff`: so they are here. Returns their session, with where they stood last. */
export const arrive = (staff, language) => navigator.locks.request("larpunkt-session", async () => {
  const known = await current();
  const pending = await store.kept("pending");
  await store.drop("pending");
  const typed = pending?.staff === staff ? pending : undefined;
  if (known?.staff === staff && !known.offline && !typed) return known;
  const session = {
    staff, language, offline: false, touched: Date.now(),
    key: typed?.key ?? (known?.staff === staff ? known.key : undefined),
    salt: typed?.salt ?? (known?.staff === staff ? known.salt : undefined),
    standing: known?.staff === staff ? known.standing : undefined,
  };
  await store.keep("session", session);
  return session;
});

/* Where the server says that they stand, and on top of it what it has not heard yet. */
export const refresh = async () => {
  const response = await fetch(config().standing, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20_000) });
  if (!response.ok) return undefined;
  const standing = await response.json();
  const waiting = (await store.all("outbox")).filter((row) => row.staff === standing.id && row.state === "waiting");
  waiting.sort((one, other) => one.seq - other.seq);
  for (const row of waiting) apply(standing, row.event);
  return update((session) => {
    if (session.staff === standing.id) Object.assign(session, { standing, language: standing.language });
  });
};

/* Opens what `pin` sealed. "wrong", "wait", "unknown" (never here before), or the session. */
export const enterOffline = async (staff, pin) => {
  const person = await store.get("people", staff);
  if (!person) return "unknown";
  if ((person.waitUntil ?? 0) > Date.now()) return "wait";
  const key = await keyFrom(pin, person.salt);
  let standing;
  try {
    const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv: person.iv }, key, person.data);
    standing = JSON.parse(new TextDecoder().decode(open));
  } catch {
    const wrong = (person.wrong ?? 0) + 1;
    const waitUntil = wrong % TRIES ? 0 : Date.now() + WAIT;
    await store.put("people", { ...person, wrong, waitUntil });
    return waitUntil ? "wait" : "wrong";
  }
  await store.put("people", { ...person, wrong: 0, waitUntil: 0 });
  const session = { staff, language: standing.language, offline: true, touched: Date.now(), key, salt: person.salt, standing };
  await store.keep("session", session);
  sayHere(staff);
  return session;
};

/* Nobody is here any more. What has not been sent stays, and says nothing to whoever comes next. */
export const close = () => navigator.locks.request("larpunkt-session", () => store.drop("session"));

/* The same where the server may not have heard of it. */
export const leave = async () => {
  await close();
  await store.drop("pending");
  sayHere("-");
};

/* Those who no longer have a tile here have no business here either. */
export const forgetOthers = async (ids) => {
  const gone = (await store.all("people")).map((person) => person.id).filter((id) => !ids.includes(id));
  if (gone.length) await store.remove("people", ...gone);
};
