/* The forms that tell a fact: a step read, an answer, a test handed in. The outbox has it before the screen changes.

`after(form, event, result)` says where to go; `result` is what the server answered, if it did in time. */

import * as outbox from "./outbox.js";
import * as session from "./session.js";
import { isFull } from "./store.js";
import { find, findAttempt, isWhole } from "./facts.js";

const PATIENCE = 3000;
const TYPING = 800;
const saving = new Set();
let failedAt = 0;

export const valuesOf = (form) => [...form.querySelectorAll("[name=answer]")]
  .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
  .map((field) => field.value);

/* How many values an answer takes: every line of an order or of pairs, else one. */
const placesIn = (form) => form.querySelectorAll("select[name=answer]").length || 1;

/* In the shell there was no network. */
const isShell = (form) => "lmsShell" in form.dataset;

const factOf = (form) => {
  const { lmsFact: kind, lmsActivity: activity, lmsVersion, lmsStep: step, lmsAttempt: attempt, lmsBegun, lmsQuestion: question } = form.dataset;
  const told = { kind, activity, version: Number(lmsVersion) };
  if (kind === "step") return { ...told, step };
  const own = { ...told, attempt, begun_at: lmsBegun, offline: isShell(form) };
  return kind === "answer" ? { ...own, question, values: valuesOf(form) } : own;
};

const here = () => document.querySelector("[data-lms-tablet]").dataset;
const whatWentWrong = (error) => (isFull(error) ? here().full : here().failed);

const say = (form, words) => {
  let alert = form.querySelector("[data-lms-alert]");
  if (!alert) {
    alert = document.createElement("p");
    alert.className = "lms-note lms-note--error";
    alert.dataset.lmsAlert = "";
    alert.setAttribute("role", "alert");
    form.prepend(alert);
  }
  alert.textContent = words;
  alert.scrollIntoView({ block: "center" });
};

/* An attempt begins with the one that the server has dealt: it is asked what that will be graded over. And one that the
   server has never heard of brings its answers along when it is handed in; of others the server knows them all, also
   those from another device. {fact, deal}, or nothing where nothing is dealt. */
const complete = async (fact) => {
  const { standing } = (await session.current()) ?? {};
  if (fact.kind === "attempt") {
    const [one] = standing ? find(standing, fact.activity) : [];
    const deal = one?.quiz?.underWay ? undefined : one?.quiz?.dealt[0];
    return deal && { fact: { ...fact, version: deal.version, attempt: deal.attempt }, deal };
  }
  if (fact.kind !== "submit") return { fact };
  const [one] = standing ? findAttempt(standing, fact.attempt) : [];
  const own = one?.quiz.underWay;
  return { fact: own?.local ? { ...fact, answers: own.answers } : fact };
};

/* Writes it, and waits a little for the server. Undefined where the tablet has no ticket: then the plain form goes. */
const tell = async (form) => {
  await Promise.allSettled([...saving]);
  const said = form.dataset.lmsFact === "answer" && JSON.stringify(valuesOf(form));
  /* The same answer was kept already, as it was given. */
  let row = said && form.lmsKept?.said === said ? form.lmsKept.row : undefined;
  if (!row) {
    const whole = await complete(factOf(form));
    row = whole && (await outbox.write(form.dataset.lmsLearner, whole.fact, whole.deal));
  }
  if (!row) return undefined;
  const patience = Date.now() - failedAt < 15_000 ? 1 : PATIENCE;
  const answers = await outbox.flush({ patience });
  if (!answers) failedAt = Date.now();
  return { row, result: answers?.get(row.id) };
};

export const attach = (root, after) => {
  for (const form of root.querySelectorAll("form[data-lms-fact]")) {
    form.removeAttribute("data-lms-save-answer"); // desk.js saves by posting the form; here the outbox does
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.lmsFact === "answer" && !isWhole(valuesOf(form), placesIn(form), form.dataset.lmsUnit)) {
        say(form, form.dataset.lmsAskAgain);
        return;
      }
      const button = form.querySelector("button:not([type=button])");
      button.disabled = true;
      let told;
      try {
        told = await tell(form);
      } catch (error) {
        button.disabled = false;
        if (navigator.onLine && !isShell(form)) form.submit();
        else say(form, whatWentWrong(error));
        return;
      }
      if (told) after(form, told.row.event, told.result);
      else if (isShell(form)) location.replace(here().home); // somebody else is here by now
      else form.submit();
    });
    if (form.dataset.lmsFact === "answer") keepSaving(form);
  }
};

/* An answer is kept as it is given, also when one leaves without pressing the button, or the tablet locks. */
const keepSaving = (form) => {
  const status = form.querySelector("[data-lms-saved]");
  let timer;
  let pending;
  let latest;
  const save = () => {
    clearTimeout(timer);
    pending = undefined;
    if (!valuesOf(form).some((value) => value.trim())) return undefined;
    const said = JSON.stringify(valuesOf(form));
    status.textContent = ""; // what stands there is about an earlier answer
    const writing = outbox.write(form.dataset.lmsLearner, factOf(form)).then((row) => {
      if (writing === latest) { // else what stands there now has not been kept yet
        form.lmsKept = row && { said, row };
        status.textContent = row ? form.dataset.saved : "";
      }
      outbox.flush();
    }, (error) => say(form, whatWentWrong(error))).finally(() => saving.delete(writing));
    latest = writing;
    saving.add(writing);
    return writing;
  };
  form.addEventListener("change", save);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "text") return;
    clearTimeout(timer);
    pending = save;
    timer = setTimeout(save, TYPING);
  });
  form.lmsSaveNow = () => pending?.();
};

/* Before somebody leaves: what was typed and not saved yet. */
export const saveNow = async () => {
  for (const form of document.querySelectorAll("form[data-lms-fact]")) form.lmsSaveNow?.();
  await Promise.allSettled([...saving]);
};
