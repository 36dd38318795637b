/* The desk's small behaviours. Each works on its own data- attribute; without JavaScript the plain forms do the work. */

/* crypto.randomUUID needs https; a tablet on the shop's own network may not have it. */
const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

/* A form is sent once: a double tap finds the button resting. (The server counts it once anyway.) */
for (const form of document.querySelectorAll("[data-lms-once]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button:not([type=button])");
    setTimeout(() => { button.disabled = true; }, 0);
  });
}
/* Back from the browser's memory: the button works again. */
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const button of document.querySelectorAll("[data-lms-once] button")) button.disabled = false;
});

/* An answer is saved as it is given, also when one leaves without pressing the button. */
for (const form of document.querySelectorAll("[data-lms-save-answer]")) { // at the tablet: offline/answering.js
  const status = form.querySelector("[data-lms-saved]");
  const opened = Date.now();
  let timer;
  let sending;
  const save = async () => {
    const data = new FormData(form);
    if (!data.getAll("answer").some((value) => value.trim())) return;
    /* On a slow network an earlier answer may arrive after a later one: how long the page had been open tells them apart. */
    data.set("open_for", Date.now() - opened);
    data.set("event_id", newId());
    sending?.abort();
    const mine = sending = new AbortController();
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Lms-Save": "1" }, signal: mine.signal }).catch(() => null);
    if (mine === sending) status.textContent = answer?.status === 204 ? form.dataset.saved : "";
  };
  form.addEventListener("change", save);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "text") return;
    clearTimeout(timer);
    timer = setTimeout(save, 800);
  });
}

/* Nobody has touched the tablet for a while: ask, and then go back to the names. What was typed is saved above. */
const WARNING = 20_000;
const TELL_AFTER = 30_000;
for (const form of document.querySelectorAll("form[data-lms-idle]")) {
  const limit = Number(form.dataset.lmsIdle) * 1000;
  const dialog = document.querySelector("[data-lms-idle-dialog]");
  let timer;
  let touched = Date.now();
  let told = touched;
  const leave = () => { if (!form.hidden) form.requestSubmit(); };
  /* The server forgets the person by itself, wherever the browser is: it must know that somebody is reading here. */
  const tell = async () => {
    told = touched;
    const answer = await fetch(form.dataset.lmsStillHere, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (answer && answer.status !== 204) location.replace(location.pathname + location.search);
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (form.hidden) return wait(); // nobody is here
      dialog.showModal();
      timer = setTimeout(leave, WARNING);
    }, Math.max(0, limit - WARNING));
  };
  const isLate = () => Date.now() - touched > limit;
  const wake = () => {
    if (isLate()) return leave();
    touched = Date.now();
    if (dialog.open) dialog.close();
    if (form.dataset.lmsStillHere && touched - told > TELL_AFTER) tell();
    wait();
  };
  if (limit) {
    for (const sign of ["pointerdown", "keydown", "scroll", "input"]) addEventListener(sign, wake, { passive: true });
    /* Behind another tab or a dark screen the clock may have stood still. Whoever looks now may be someone else. */
    for (const sign of ["visibilitychange", "pageshow"]) addEventListener(sign, () => { if (!document.hidden && isLate()) leave(); });
    wait();
  }
}
