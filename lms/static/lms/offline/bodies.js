/* The bodies of lessons and tests that the tablet has with it. */

import { fetchWithin } from "./store.js";

export const BODIES = "lms-bodies";

const parse = (html) => new DOMParser().parseFromString(html, "text/html").body.firstElementChild;

/* Of a part at one version: by its address; or, where that has changed (a telephone number in it, say), the latest that
   the tablet has of the same version; else from the network. Undefined where it is nowhere. */
export const bodyOf = async ({ id, version, url }) => {
  const cache = await caches.open(BODIES);
  let found = url && (await cache.match(url));
  if (!found && url && navigator.onLine) {
    found = await fetchWithin(3000, url).catch(() => undefined);
    if (found?.ok && !found.redirected) await cache.put(url, found.clone()).catch(() => undefined); // no room: read and gone
    else found = undefined;
  }
  if (!found) {
    const same = (await cache.keys()).filter((request) => new URL(request.url).pathname.includes(`/${id}/${version}/`));
    found = same.length ? await cache.match(same.at(-1)) : undefined;
  }
  return found && parse(await found.text());
};

/* A picture that was not fetched says what it shows. `words`: "The picture is not on this tablet". */
export const settlePictures = (root, words) => {
  for (const picture of root.querySelectorAll("img")) {
    picture.removeAttribute("srcset");
    picture.addEventListener("error", () => {
      const note = document.createElement("p");
      note.className = "lms-note";
      note.textContent = picture.alt ? `${words}: ${picture.alt}` : `${words}.`;
      picture.replaceWith(note);
    }, { once: true });
  }
};
