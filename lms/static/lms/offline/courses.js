/* "Courses on this tablet": what is here, and the pictures that can be fetched or removed. */

import * as store from "./store.js";
import { ask, bringBodies, bringMedia, dropMedia, inventory } from "./carry.js";

const list = document.querySelector("[data-lms-carried]");
const template = document.querySelector("[data-lms-course]");
const full = document.querySelector("[data-lms-memory-full]");
const language = document.documentElement.lang;

const size = (bytes) => {
  const mega = bytes / 1_000_000;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: mega < 10 ? 1 : 0 }).format(Math.max(mega, 0.1))} MB`;
};
const put = (words, values) => words.replace(/\{(\w+)\}/g, (_found, name) => values[name]);
const titleOf = (course) => course.titles[language] ?? course.titles.sv ?? Object.values(course.titles)[0] ?? "";

const draw = (course, here) => {
  const card = template.content.cloneNode(true);
  const find = (selector) => card.querySelector(selector);
  const title = titleOf(course);
  const bytes = course.media.reduce((sum, medium) => sum + medium.bytes, 0);
  const [bring, drop, said, bar] = [find("[data-bring]"), find("[data-drop]"), find("[data-said]"), find("progress")];
  find("[data-title]").textContent = title;
  find("[data-required]").textContent = list.dataset.lmsRequired;
  find("[data-required]").hidden = !course.required;
  find("[data-texts]").textContent = put(list.dataset.lmsTexts, { here: here.bodies, all: course.bodies.length });
  const pictures = find("[data-pictures]");
  const tell = (count) => {
    pictures.textContent = course.media.length ? put(list.dataset.lmsPictures, { here: count, all: course.media.length }) : list.dataset.lmsNoPictures;
    bring.hidden = count >= course.media.length;
    drop.hidden = count === 0;
  };
  bring.textContent = put(bring.dataset.words, { title, size: size(bytes) });
  drop.textContent = put(drop.dataset.words, { title });
  bar.max = course.media.length || 1;
  tell(here.media);

  const want = async (wanted) => {
    const known = (await store.kept("downloads")) ?? {};
    await store.keep("downloads", { ...known, [course.id]: wanted });
  };
  bring.addEventListener("click", async () => {
    bring.disabled = true;
    bar.hidden = false;
    said.textContent = "";
    await want(true);
    const outcome = await bringMedia(course, (count) => { bar.value = count; tell(count); });
    bar.hidden = true;
    bring.disabled = false;
    full.hidden = outcome !== "full";
    if (outcome !== "full") said.textContent = said.dataset[outcome];
  });
  drop.addEventListener("click", async () => {
    await want(false);
    await dropMedia(course);
    said.textContent = "";
    tell(0);
  });
  return card;
};

const begin = async () => {
  const told = await ask({ force: true });
  if (!told) return;
  full.hidden = (await bringBodies(told)) !== "full" && !(await store.kept("full"));
  const here = await inventory(told);
  list.replaceChildren(...told.courses.map((course, index) => draw(course, here[index])));
};

if (store.works) begin();
else document.querySelector("[data-lms-no-store]").hidden = false;
