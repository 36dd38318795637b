/* Forget this tablet: what is unsent is sent first, or given up with an explicit yes. Then all of ours is wiped. */

import * as store from "./store.js";
import * as outbox from "./outbox.js";

const form = document.querySelector("[data-lms-forget]");
const lost = document.querySelector("[data-lms-lost]");

const wipe = async () => {
  for (const name of await caches.keys()) if (name.startsWith("lms-")) await caches.delete(name);
  await store.wipe();
  const home = document.querySelector("[data-lms-tablet]").dataset.home;
  await (await navigator.serviceWorker.getRegistration(home))?.unregister();
};

if (store.works) {
  let sure = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await outbox.flush();
    const { waiting, refused } = await outbox.counts();
    if ((waiting || refused) && !sure) {
      sure = true;
      lost.textContent = lost.dataset.words.replace("{number}", waiting + refused);
      lost.hidden = false;
      form.querySelector("button").textContent = form.dataset.sure;
      return;
    }
    const response = await fetch(location.href, { method: "POST", body: new FormData(form) }).catch(() => undefined);
    if (!response?.ok) {
      lost.textContent = lost.dataset.failed;
      lost.hidden = false;
      return;
    }
    await wipe();
    const said = new DOMParser().parseFromString(await response.text(), "text/html");
    document.querySelector(".lms-page").replaceWith(said.querySelector(".lms-page"));
    document.querySelector("[data-lms-tablet]").remove();
  });
}
