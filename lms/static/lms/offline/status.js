/* The line that says what has been sent and what has not. It never says more than the server has said. */

import * as outbox from "./outbox.js";

const DAYS = 3 * 24 * 3600_000;

const time = (moment) => new Intl.DateTimeFormat(document.documentElement.lang || "sv", { hour: "2-digit", minute: "2-digit" }).format(moment);

export const attach = (line) => {
  const words = line.dataset;
  const text = line.querySelector("[data-lms-status-text]");
  const icon = line.querySelector("[data-lms-status-icon]");
  const button = line.querySelector("[data-lms-send]");
  const see = line.querySelector("[data-lms-see]");
  const old = document.querySelector("[data-lms-status-old]");

  const draw = async () => {
    const { waiting, since, refused, sentAt } = await outbox.counts();
    const [state, mark, said] = refused
      ? ["refused", "!", words.refused]
      : waiting
        ? ["waiting", "↑", words.waiting.replace("{number}", waiting)]
        : sentAt
          ? ["sent", "✓", words.sent.replace("{time}", time(sentAt))]
          : ["saved", "✓", words.saved];
    line.dataset.state = state;
    icon.textContent = mark;
    if (text.textContent !== said) text.textContent = said; // said again, a screen reader would say it again
    button.hidden = !waiting;
    see.hidden = !refused;
    if (old) old.hidden = !(waiting && Date.now() - since > DAYS);
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    await outbox.flush();
    button.disabled = false;
  });
  outbox.onChange(draw);
  line.hidden = false;
  return draw();
};
