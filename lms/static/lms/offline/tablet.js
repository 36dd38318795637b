/* On every page that the server draws for the tablet: keeps it able to do without the network. */

import * as store from "./store.js";
import * as session from "./session.js";
import * as outbox from "./outbox.js";
import * as status from "./status.js";
import * as answering from "./answering.js";
import { carry } from "./carry.js";
import { findAttempt } from "./facts.js";

const STALE = 60_000;
const here = document.querySelector("[data-lms-tablet]");

/* Where a fact leads on to. What a leader has to look at is told where it was done. */
const after = (form, event, result) => {
  const { lmsNext: next } = form.dataset;
  if (event.kind === "attempt") {
    if (result?.outcome === "needs_review") location.reload();
    else location.assign(`${here.dataset.reader}forsok/${event.attempt}/`);
  } else location.assign(result?.course_done && event.kind === "step" ? `${next}klar/` : next);
};

/* Who leaves takes everything of theirs along, but what is unsent. */
const leaving = () => {
  for (const form of document.querySelectorAll("form[data-lms-leave]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await answering.saveNow();
        /* No button was pressed: this tab has lain idle. On another one somebody may be at work. */
        if (!event.submitter && !(await session.isAway(Number(form.dataset.lmsIdle)))) return;
        const now = await session.current();
        if (now && now.staff !== here.dataset.person) return location.replace(here.dataset.home);
        await session.leave();
      } catch {
        /* What the tablet keeps cannot be reached; the server can, and lets nobody in after this. */
      }
      return form.submit();
    });
  }
};

/* The PIN seals what this person leaves on the tablet. Nothing may keep them from coming in. */
const entering = () => {
  for (const form of document.querySelectorAll("form[data-lms-pin]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const pin = form.querySelector("[name=pin]").value;
      await session.remember(form.dataset.lmsPin, pin).catch(() => undefined);
      form.submit();
    });
  }
};

/* The server does not know this tablet any more: what it has of people goes, and what is unsent is sent. */
const forsaken = async () => {
  await session.close();
  await session.forgetOthers([]);
  await store.drop("carried");
};

const keepUp = async () => {
  const { person, language, strange } = here.dataset;
  if (strange) return forsaken();
  const before = await session.current();
  if (!person) return before?.offline ? undefined : session.close();
  const known = await session.arrive(person, language);
  await outbox.flush({ patience: 5000 }); // before asking where they stand: the server must have heard of it
  const attempt = document.querySelector("[data-lms-attempt]")?.dataset.lmsAttempt;
  const unknown = attempt && !(known.standing && findAttempt(known.standing, attempt)[0]);
  const isStart = location.pathname === here.dataset.reader;
  const tongue = known.language !== language;
  if (unknown || isStart || tongue || Math.abs(Date.now() - (known.refreshedAt ?? 0)) > STALE) await session.refresh();
  return undefined;
};

/* Out of the browser's memory a page comes back as it was: nothing shows until it is clear whose it is. */
const isOurs = async () => ((await session.current())?.staff ?? "") === (here.dataset.person ?? "");
const hiding = () => {
  addEventListener("pagehide", () => { document.body.hidden = true; });
  addEventListener("pageshow", async (event) => {
    if (event.persisted && !(await isOurs().catch(() => false))) location.replace(here.dataset.home);
    else document.body.hidden = false;
  });
  session.onChange((staff) => {
    if (!here.dataset.person || staff === here.dataset.person) return;
    document.body.hidden = true;
    location.replace(here.dataset.home);
  });
};

if (here && store.works) {
  hiding();
  session.watch();
  answering.attach(document, after);
  leaving();
  entering();
  if (!here.dataset.strange) {
    navigator.serviceWorker.register(here.dataset.worker, { scope: here.dataset.home }).catch(() => undefined);
    navigator.storage?.persist?.();
  }
  outbox.tend();
  for (const line of document.querySelectorAll("[data-lms-status]")) status.attach(line);
  const kept = keepUp().catch(() => undefined).then(() => outbox.flush());
  if (!here.dataset.strange) kept.then(carry).catch(() => undefined); // a tablet that is not paired may carry nothing
  else kept.catch(() => undefined);
}
