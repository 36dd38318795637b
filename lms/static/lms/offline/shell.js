/* Without network this page stands in for every page of the tablet, at the address that was asked for. */

import * as store from "./store.js";
import * as session from "./session.js";
import * as outbox from "./outbox.js";
import * as status from "./status.js";
import * as answering from "./answering.js";
import { screens } from "./screens.js";
import { attach as attachListen } from "../../lms_courses/listen.js";
import { attach as attachShow } from "../show.js";

const here = document.querySelector("[data-lms-tablet]");
const { home, reader } = here.dataset;
const place = document.querySelector("[data-lms-place]");

/* [what the address looks like after `reader` or `home`, the screen, whether somebody must be signed in] */
const UUID = "([0-9a-f-]{36})";
const ROUTES = [
  [reader, "", "start"],
  [reader, `kurs/${UUID}/(?:klar/|gor-om/)?`, "course"],
  [reader, `moment/${UUID}/(?:steg/|forsok/)?`, "activity"],
  [reader, `forsok/${UUID}/`, "attempt"],
  [reader, `forsok/${UUID}/fraga/(\\d+)/`, "question"],
  [reader, `forsok/${UUID}/lamna-in/`, "handIn"],
  [reader, `forsok/${UUID}/resultat/`, "handedIn"],
  [home, "", "tiles"],
  [home, "byt/", "leave"],
  [home, "snabbvagar/", "shortcuts"],
  [home, `${UUID}/(?:kort/)?`, "pin"],
];

const find = (path) => {
  for (const [start, pattern, name] of ROUTES) {
    const found = path.startsWith(start) && new RegExp(`^${pattern}$`).exec(path.slice(start.length));
    if (found) return [name, found.slice(1), start === reader];
  }
  return ["elsewhere", [], path.startsWith(reader)];
};

const go = (path) => location.assign(path);
const replace = (path) => location.replace(path);

const show = (screen, title) => {
  place.replaceChildren(screen);
  document.title = title ?? place.querySelector("h1, h2")?.textContent ?? document.title;
  const heading = place.querySelector("h1");
  if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
};

/* As the person wants it, and as nobody does when nobody is here. */
const showAs = (display) => {
  const root = document.querySelector(".lms");
  for (const name of ["text", "theme", "calm"]) {
    const value = display[name];
    if (value && value !== "1") root.setAttribute(`data-lms-${name}`, value);
    else root.removeAttribute(`data-lms-${name}`);
  }
};

let drawnFor = "";

const draw = async () => {
  const [name, found, personal] = find(location.pathname);
  const who = await session.current();
  const lockAfter = Number(document.querySelector("[data-lms-idle]").dataset.lmsIdle);
  const late = who && lockAfter && (await session.isAway(lockAfter));
  if (late) await session.leave();
  const signedIn = who && !late && who.standing;
  if ((personal && !signedIn) || name === "leave") {
    if (name === "leave") await session.leave();
    return replace(home);
  }
  if (name === "tiles" && signedIn) return replace(reader);
  drawnFor = signedIn ? who.staff : "";
  for (const part of document.querySelectorAll("[data-lms-signed-in]")) part.hidden = !signedIn;
  for (const part of document.querySelectorAll("[data-lms-signed-out]")) part.hidden = Boolean(signedIn);
  for (const part of document.querySelectorAll("[data-lms-name]")) part.textContent = signedIn ? who.standing.name : "";
  showAs(signedIn ? who.standing.display : {});
  const context = { home, reader, found, who: signedIn ? who : undefined, go, replace, place, words: here.dataset };
  show(...[await screens[name](context)].flat());
  attachListen(place);
  attachShow(place);
  return undefined;
};

/* The network is back: whoever signed in with a PIN that the server has seen goes on with the real pages. */
const back = async () => {
  const who = await session.current();
  const note = document.querySelector("[data-lms-back]");
  if (who && !who.offline) await session.refresh().catch(() => undefined);
  for (const said of document.querySelectorAll("[data-lms-no-network]")) said.hidden = true;
  note.hidden = false;
  note.querySelector("a").href = who?.offline ? `${home}${who.staff}/` : location.href;
  note.querySelector("[data-again]").hidden = !who?.offline;
};

/* What was drawn for one must not come back for another. */
addEventListener("pagehide", () => { document.body.hidden = true; });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
for (const form of document.querySelectorAll("form[data-lms-leave]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await answering.saveNow();
    if (!event.submitter && !(await session.isAway(Number(form.dataset.lmsIdle)))) return;
    const now = await session.current();
    if (now?.staff === drawnFor) await session.leave();
    replace(home);
  });
}

if (store.works) {
  session.watch();
  session.onChange((staff) => {
    if (!drawnFor || staff === drawnFor) return;
    document.body.hidden = true;
    replace(home);
  });
  outbox.tend();
  for (const line of document.querySelectorAll("[data-lms-status]")) status.attach(line);
  draw().catch(() => { place.textContent = here.dataset.failed; }).then(() => outbox.flush()).then((said) => { if (said) back(); });
  addEventListener("online", () => outbox.flush().then((said) => { if (said) back(); }));
}
