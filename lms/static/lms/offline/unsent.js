/* What has not been sent, in words that can be shown to a course leader. No answers: they are the person's own. */

import * as store from "./store.js";
import * as outbox from "./outbox.js";

const template = document.querySelector("[data-lms-row]");
const language = document.documentElement.lang;
const when = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

const draw = async () => {
  const rows = (await store.all("outbox")).sort((one, other) => one.seq - other.seq);
  const people = new Map(((await store.kept("carried"))?.people ?? []).map((person) => [person.id, person.name]));
  document.querySelector("[data-lms-nothing]").hidden = rows.length > 0;
  for (const [state, name] of [["refused", "refused"], ["waiting", "waiting"]]) {
    const section = document.querySelector(`[data-lms-${name}]`);
    const own = rows.filter((row) => row.state === state);
    section.hidden = !own.length;
    section.querySelector("ul").replaceChildren(...own.map((row) => {
      const item = template.content.cloneNode(true);
      item.querySelector("[data-who]").textContent = people.get(row.staff) ?? "";
      item.querySelector("[data-what]").textContent = template.dataset[row.event.kind] ?? row.event.kind;
      item.querySelector("[data-about]").textContent = row.about ? `(${row.about})` : "";
      item.querySelector("[data-when]").textContent = when.format(row.seq);
      item.querySelector("[data-id]").textContent = [row.id, row.reason].filter(Boolean).join(" ");
      const seen = item.querySelector("[data-seen]");
      seen.hidden = state !== "refused";
      seen.addEventListener("click", () => {
        if (seen.dataset.asked) return outbox.putAside(row.id);
        seen.dataset.asked = "1";
        seen.textContent = seen.dataset.sure;
        return undefined;
      });
      return item;
    }));
  }
};

if (store.works) {
  outbox.onChange(draw);
  draw();
}
