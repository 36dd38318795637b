/* The line that says what has been sent and what has not. It never says more than the server has said. */

import * as outbox from "./outbox.js";

const DAYS = 3 * 24 * 3600_000;

/* "14:32", and the day where it is another one. */
const time = (moment) => {
  const today = new Date().toDateString() === new Date(moment).toDateString();
  const parts = { hour: "2-digit", minute: "2-digit", ...(today ? {} : { day: "numeric", month: "short" }) };
  return new Intl.DateTimeFormat(document.documentElement.lang || "sv", parts).format(moment);
};

export const attach = (line) => {
  const words = line.dataset;
  const text = line.querySelector("[data-lms-status-text]");
  const icon = line.querySelector("[data-lms-status-icon]");
  const button = line.querySelector("[data-lms-send]");
  const refusal = document.querySelector("[data-lms-refusal]");
  const old = document.querySelector("[data-lms-status-old]");

  const draw = async () => {
    const { waiting, since, refused, sent } = await outbox.counts();
    const told = sent?.review ? words.review : words.sent;
    const [state, mark, said] = waiting
      ? ["waiting", "↑", words.waiting.replace("{number}", waiting)]
      : sent ? ["sent", "✓", told.replace("{time}", time(sent.at))] : ["saved", "✓", words.saved];
    line.hidden = Boolean(words.quiet) && !waiting; // on a tablet that is nobody's there is nothing to say
    line.dataset.state = state;
    icon.textContent = mark;
    if (text.textContent !== said) text.textContent = said; // said again, a screen reader would say it again
    button.hidden = !waiting;
    if (refusal) refusal.hidden = !refused;
    if (old) old.hidden = !(waiting && Date.now() - since > DAYS);
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    await outbox.flush();
    button.disabled = false;
  });
  outbox.onChange(draw);
  return draw();
};
