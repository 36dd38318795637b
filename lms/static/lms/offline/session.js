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
/* So long a fact that was sent already may still be missing in what the server is about to say. */
const RECENT = 60_000;

const config = () => document.querySelector("[data-lms-tablet]").dataset;
const channel = new BroadcastChannel("larpunkt-session");

/* Another tab has let somebody in or out: `listener` is told who is here now, or nothing. */
export const onChange = (listener) => { channel.onmessage = (event) => listener(event.data); };

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
  if (!session.key || !session.standing) return;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv }, session.key, new TextEncoder().encode(JSON.stringify(session.standing)),
  );
  await store.put("people", { id: session.staff, salt: session.salt, iv, data, sealedAt: Date.now() });
};

/* Where `person` stood when they left last; undefined if `key` does not open it. */
const unseal = async (person, key) => {
  const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv: person.iv }, key, person.data).catch(() => undefined);
  return open && JSON.parse(new TextDecoder().decode(open));
};

const alone = (work) => navigator.locks.request("larpunkt-session", work);

/* One writer at a time, also over several tabs: reads, changes, and writes back what `change` made of the session. */
export const update = (change) => alone(async () => {
  const session = await current();
  if (!session) return undefined;
  await change(session);
  await store.keep("session", session);
  await seal(session);
  return session;
});

/* The tablet was touched: whoever is here is not away. */
export const touch = () => store.keep("touched", Date.now());
export const watch = () => {
  let told = 0;
  const tell = () => {
    if (Math.abs(Date.now() - told) < 5000) return;
    told = Date.now();
    touch().catch(() => undefined);
  };
  for (const sign of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(sign, tell, { passive: true });
};

/* Whether nobody has touched it for `seconds`, on any tab. A clock that was set back counts as long ago. */
export const isAway = async (seconds) => Math.abs(Date.now() - ((await store.kept("touched")) ?? 0)) >= seconds * 1000;

/* A PIN on its way to the server: kept until the server says that it was right. */
export const remember = async (staff, pin) => {
  const salt = (await store.get("people", staff))?.salt ?? crypto.getRandomValues(new Uint8Array(16));
  await store.keep("pending", { staff, salt, key: await keyFrom(pin, salt) });
};

/* The server has drawn a page for `staff`: so they are here. Returns their session, with where they stood last. */
export const arrive = (staff, language) => alone(async () => {
  const known = await current();
  const pending = await store.kept("pending");
  await store.drop("pending");
  await touch();
  const typed = pending?.staff === staff ? pending : undefined;
  const same = known?.staff === staff ? known : undefined;
  if (same && !same.offline && !typed) return same;
  const session = { staff, language, offline: false, key: typed?.key ?? same?.key, salt: typed?.salt ?? same?.salt, standing: same?.standing };
  const sealed = !session.standing && typed && (await store.get("people", staff));
  if (sealed) session.standing = await unseal(sealed, typed.key);
  await store.keep("session", session);
  channel.postMessage(staff);
  return session;
});

/* Where the server says that they stand, and on top of it what it has not heard yet. */
export const refresh = async () => {
  const response = await store.fetchWithin(20_000, config().standing, { headers: { Accept: "application/json" } });
  if (!response.ok) return undefined;
  const standing = await response.json();
  return update(async (session) => {
    if (session.staff !== standing.id) return;
    const rows = (await store.all("outbox")).filter((row) => row.staff === standing.id && row.state === "waiting");
    const late = [...(session.recent ?? []), ...rows].sort((one, other) => one.seq - other.seq);
    for (const row of late) apply(standing, row.event, row.deal);
    Object.assign(session, { standing, language: standing.language, refreshedAt: Date.now() });
  });
};

/* Remembers `row` for a while: an answer of the server may be on its way that does not know it. */
export const noteRecent = (session, row) => {
  const recent = (session.recent ?? []).filter((one) => row.seq - one.seq < RECENT);
  session.recent = [...recent, { seq: row.seq, event: row.event, deal: row.deal }];
};

/* Opens what `pin` sealed. "wrong", "wait", "unknown" (never here before), or the session. */
export const enterOffline = async (staff, pin) => {
  const person = await store.get("people", staff);
  if (!person) return "unknown";
  const waits = (person.waitUntil ?? 0) - Date.now();
  if (waits > 0 && waits <= WAIT) return "wait";
  const key = await keyFrom(pin, person.salt);
  const standing = await unseal(person, key);
  if (!standing) {
    const wrong = (person.wrong ?? 0) + 1;
    const waitUntil = wrong % TRIES ? 0 : Date.now() + WAIT;
    await store.put("people", { ...person, wrong, waitUntil });
    return waitUntil ? "wait" : "wrong";
  }
  await store.put("people", { ...person, wrong: 0, waitUntil: 0 });
  const session = { staff, language: standing.language, offline: true, key, salt: person.salt, standing };
  await alone(() => store.keep("session", session));
  await touch();
  sayHere(staff);
  channel.postMessage(staff);
  return session;
};

/* Nobody is here any more. What has not been sent stays, and says nothing to whoever comes next. */
export const close = () => alone(() => store.drop("session"));

/* The same where the server may not have heard of it. */
export const leave = async () => {
  sayHere("-");
  await close();
  await store.drop("pending");
  channel.postMessage("");
};

/* Those who no longer have a tile here have no business here either. */
export const forgetOthers = async (ids) => {
  const gone = (await store.all("people")).map((person) => person.id).filter((id) => !ids.includes(id));
  if (gone.length) await store.remove("people", ...gone);
};
