/* The bodies of lessons and tests that the tablet has with it. */

const BODIES = "lms-bodies";

const parse = (html) => new DOMParser().parseFromString(html, "text/html").body.firstElementChild;

/* The body at `url` as an element, from the tablet or else from the network; undefined where neither has it. */
export const bodyAt = async (url) => {
  if (!url) return undefined;
  const cache = await caches.open(BODIES);
  let found = await cache.match(url);
  if (!found && navigator.onLine) {
    found = await fetch(url, { signal: AbortSignal.timeout(3000) }).catch(() => undefined);
    if (found?.ok) await cache.put(url, found.clone()).catch(() => undefined); // no room: it is read from the network
  }
  return found?.ok ? parse(await found.text()) : undefined;
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
