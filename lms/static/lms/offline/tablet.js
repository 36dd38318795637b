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

const after = (form, event, result) => {
  const next = form.dataset.lmsNext;
  location.assign(result?.course_done && event.kind === "step" ? `${next}klar/` : next);
};

/* Who leaves takes everything of theirs along, but what is unsent. */
const leaving = () => {
  for (const form of document.querySelectorAll("form[data-lms-leave]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await answering.saveNow();
      await session.leave();
      form.submit();
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

const keepUp = async () => {
  const { person, language } = here.dataset;
  if (!person) return session.close();
  const known = await session.arrive(person, language);
  const attempt = document.querySelector("[data-lms-attempt]")?.dataset.lmsAttempt;
  const strange = attempt && !(known.standing && findAttempt(known.standing, attempt)[0]);
  const stale = Date.now() - (known.refreshedAt ?? 0) > STALE;
  if (strange || stale || here.dataset.refresh) {
    await session.refresh();
    await session.update((now) => { now.refreshedAt = Date.now(); });
  }
  return undefined;
};

/* Back to a page out of the browser's memory: it must be the page of whoever is here now. */
addEventListener("pageshow", async (event) => {
  if (!event.persisted) return;
  document.body.hidden = true;
  const now = await session.current();
  if (now?.staff === here.dataset.person) document.body.hidden = false;
  else location.replace(here.dataset.home);
});

if (here && store.works) {
  answering.attach(document, after);
  leaving();
  entering();
  navigator.serviceWorker.register(here.dataset.worker, { scope: here.dataset.home }).catch(() => undefined);
  navigator.storage?.persist?.();
  outbox.tend();
  for (const line of document.querySelectorAll("[data-lms-status]")) status.attach(line);
  keepUp().catch(() => undefined).then(() => outbox.flush()).then(carry).catch(() => undefined);
}
