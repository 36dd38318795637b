/* What the tablet keeps in IndexedDB:

   outbox  what people did and the server has not answered for yet, by its id
   people  by person: what an offline PIN opens. Sealed; see session.js
   keep    by name: "session" (who is here now), "touched" (when the tablet was touched last), "pending" (a PIN just
           typed), "carried" (the tablet's courses and names), "downloads" (courses whose pictures were asked for),
           "sent" (when the server last took something, and whether a leader looks at it) */

const NAME = "larpunkt";
const VERSION = 1;

/* Without any of these (plain http on the shop's own network, a very old browser) the plain forms do the work. */
export const works = Boolean(
  globalThis.indexedDB && globalThis.crypto?.subtle && crypto.randomUUID && navigator.serviceWorker && navigator.locks
  && globalThis.caches && globalThis.BroadcastChannel,
);

let opened;

const open = () => {
  opened ??= new Promise((done, fail) => {
    const opening = indexedDB.open(NAME, VERSION);
    opening.onupgradeneeded = () => {
      /* A later version adds stores here and never drops the outbox. */
      const database = opening.result;
      if (!database.objectStoreNames.contains("outbox")) database.createObjectStore("outbox", { keyPath: "id" });
      if (!database.objectStoreNames.contains("people")) database.createObjectStore("people", { keyPath: "id" });
      if (!database.objectStoreNames.contains("keep")) database.createObjectStore("keep", { keyPath: "name" });
    };
    opening.onsuccess = () => {
      const database = opening.result;
      database.onversionchange = () => { database.close(); opened = undefined; };
      database.onclose = () => { opened = undefined; }; // as iOS does to a page that has slept
      done(database);
    };
    opening.onerror = () => { opened = undefined; fail(opening.error); };
  });
  return opened;
};

const attempt = async (name, mode, work) => {
  const database = await open();
  return new Promise((done, fail) => {
    const transaction = database.transaction(name, mode, { durability: "strict" });
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => done(request?.result);
    transaction.onabort = () => fail(transaction.error ?? new DOMException("aborted", "AbortError"));
  });
};

/* Does `work` with the store and answers with the result of the request that it returns, when all of it is on disk. */
const run = async (name, mode, work) => {
  try {
    return await attempt(name, mode, work);
  } catch (error) {
    if (error?.name !== "InvalidStateError") throw error;
    opened = undefined; // the connection is gone: once more with a new one
    return attempt(name, mode, work);
  }
};

export const get = (name, key) => run(name, "readonly", (store) => store.get(key));
export const all = (name) => run(name, "readonly", (store) => store.getAll());
export const put = (name, value) => run(name, "readwrite", (store) => store.put(value));
export const remove = (name, ...keys) => run(name, "readwrite", (store) => { for (const key of keys) store.delete(key); });

/* A named thing in "keep", without its name. */
export const kept = async (name) => (await get("keep", name))?.value;
export const keep = (name, value) => put("keep", { name, value });
export const drop = (name) => remove("keep", name);

export const isFull = (error) => error?.name === "QuotaExceededError";

/* As `fetch`, but for so long. The limit is for the answer to begin, not for all of it to come. */
export const fetchWithin = async (milliseconds, url, options = {}) => {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), milliseconds);
  try {
    return await fetch(url, { ...options, signal: control.signal });
  } finally {
    clearTimeout(timer);
  }
};

export const wipe = async () => {
  (await open()).close();
  opened = undefined;
  await new Promise((done, fail) => {
    const deleting = indexedDB.deleteDatabase(NAME);
    deleting.onsuccess = deleting.onblocked = () => done();
    deleting.onerror = () => fail(deleting.error);
  });
};
