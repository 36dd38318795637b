/* Text size and display: chosen where one is, in effect at once, saved on the way. Without this the link leads to a page. */
const root = document.querySelector(".lms");

const show = (form) => {
  const chosen = new FormData(form);
  for (const name of ["text", "theme", "calm"]) {
    const value = chosen.get(name);
    if (value && value !== "1") root.setAttribute(`data-lms-${name}`, value);
    else root.removeAttribute(`data-lms-${name}`);
  }
};

const follow = (form) => {
  const status = form.querySelector("[data-lms-display-status]");
  let sent = Promise.resolve();
  const save = async (body) => {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Lms-Save": "1" } }).catch(() => null);
    status.textContent = answer?.status === 204 ? form.dataset.saved : form.dataset.failed;
  };
  form.addEventListener("change", () => {
    show(form);
    const body = new FormData(form);
    /* One after the other: the last choice is the one that stays. */
    sent = sent.then(() => save(body));
  });
};

const open = async (link) => {
  const answer = await fetch(link.href).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const form = page?.querySelector("[data-lms-display-form]");
  if (!form) return location.assign(link.href);
  const heading = document.createElement("h2");
  heading.id = "lms-display";
  heading.textContent = link.textContent;
  const dialog = document.createElement("dialog");
  dialog.className = "lms-dialog";
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.append(heading, form);
  dialog.addEventListener("close", () => dialog.remove());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
  });
  form.querySelector("button").textContent = form.dataset.close;
  root.append(dialog);
  follow(form);
  dialog.showModal();
  form.querySelector(":checked")?.focus();
};

for (const form of document.querySelectorAll("[data-lms-display-form]")) follow(form);
for (const link of document.querySelectorAll("a[data-lms-display]")) {
  let opening = false;
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("[data-lms-display-form]")) return;
    event.preventDefault();
    if (opening) return;
    opening = true;
    await open(link);
    opening = false;
  });
}
