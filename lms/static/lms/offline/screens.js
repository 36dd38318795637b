/* What the shell shows at each address, drawn from the empty screens in the page and from where the person stands. */

import * as store from "./store.js";
import * as session from "./session.js";
import * as answering from "./answering.js";
import { bodyOf, settlePictures } from "./bodies.js";
import { coursesBefore, find, findAttempt, isWhole, lockOf, nextIn, nextStep } from "./facts.js";
import { attach as attachPractice } from "../../lms_courses/practice.js";
import { attach as attachOrder } from "../../lms_courses/order.js";

/* A copy of the screen or row `name`. [data-slot] gets its text, [data-link] its address, and [data-if] goes unless
   its value says that it stays. Words in the page name their values in braces. */
const take = (name, values = {}) => {
  const root = document.querySelector(`[data-lms-screen="${name}"]`).content.cloneNode(true);
  for (const part of root.querySelectorAll("[data-if]")) if (!values[part.dataset.if]) part.remove();
  for (const part of root.querySelectorAll("[data-slot]")) part.textContent = values[part.dataset.slot] ?? "";
  for (const part of root.querySelectorAll("[data-link]")) part.href = values[part.dataset.link];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    if (text.data.includes("{")) text.data = text.data.replace(/\{(\w+)\}/g, (found, key) => values[key] ?? found);
  }
  return root;
};

const rows = (root, place, made) => root.querySelector(`[data-rows="${place}"]`).append(...made);

const tiles = async ({ home }) => {
  const carried = await store.kept("carried");
  const known = new Set((await store.all("people")).map((person) => person.id));
  const people = carried?.people ?? [];
  const root = take("tiles", { none: !people.length, some: people.length });
  if (people.length) {
    rows(root, "people", people.map((person) => take("tile", {
      name: person.name, face: person.name.slice(0, 1), link: `${home}${person.id}/`, strange: !known.has(person.id),
    })));
  }
  return root;
};

const pin = async ({ home, reader, found: [id], replace }) => {
  const carried = await store.kept("carried");
  const person = carried?.people.find((one) => one.id === id);
  const known = await store.get("people", id);
  const root = take("pin", { name: person?.name ?? "", home, known, strange: !known });
  const form = root.querySelector("form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button:not([type=button])");
    button.disabled = true;
    const notes = document.querySelectorAll("[data-lms-wrong]");
    for (const note of notes) note.hidden = true;
    const entered = await session.enterOffline(id, form.querySelector("[name=pin]").value);
    button.disabled = false;
    if (typeof entered === "object") return replace(reader);
    for (const note of notes) note.hidden = note.dataset.lmsWrong !== entered;
    form.querySelector("[name=pin]").value = "";
    form.querySelector("[name=pin]").focus();
    return undefined;
  });
  return root;
};

const markOf = (one, number) => (one.done ? "✓" : one.quiz?.handedIn ? "↑" : one.read.length || one.quiz?.underWay ? "◐" : String(number));

/* To a lesson at the step it is to be gone on with: so Back leads to that step again, and not to the first unread one. */
const linkTo = (one, reader) => {
  const step = one.kind === "lesson" && one.steps[nextStep(one)];
  return `${reader}moment/${one.id}/${step ? `?steg=${step.id}` : ""}`;
};

const namesOf = (things) => new Intl.ListFormat(document.documentElement.lang).format(things.map((one) => one.title));

const courseRow = (course, reader, standing, line = course.line) => {
  const required = course.activities.filter((one) => one.required);
  const done = required.filter((one) => one.done).length;
  const first = coursesBefore(standing, course);
  return take("course-row", {
    locked: first.length, open: !first.length, first: namesOf(first),
    title: course.title, why: line, link: `${reader}kurs/${course.id}/`,
    mark: course.done ? "✓" : course.begun ? `${done}/${required.length}` : "○",
  });
};

/* `courses`, each after those that must be completed before it opens, whoever asked for those. */
const inTurn = (standing, courses) => {
  const found = new Set();
  const add = (course) => {
    for (const { id } of coursesBefore(standing, course)) {
      const before = standing.courses.find((other) => other.id === id);
      if (before) add(before);
    }
    found.add(course);
  };
  courses.forEach(add);
  return [...found];
};

const start = async ({ reader, who }) => {
  const { standing } = who;
  const listed = (courses) => courses.map((course) => courseRow(course, reader, standing));
  /* The courses of a programme that one is in the middle of stand there and in no other list, as on the server's page. */
  const programmes = standing.programmes ?? [];
  const grouped = new Set(programmes.flatMap(({ courses }) => courses.map(({ id }) => id)));
  const apart = (courses) => courses.filter((course) => !grouped.has(course.id));
  /* What is due first stands first; what has no date comes last. */
  const turn = inTurn(standing, standing.courses.filter((course) => (course.required || course.begun) && !course.done)
    .sort((one, other) => (one.due || "9999").localeCompare(other.due || "9999")));
  const toDo = turn.filter((course) => course.required || course.begun);
  const mine = apart(toDo);
  const done = apart(standing.courses.filter((course) => course.done));
  const others = apart(standing.courses.filter((course) => !toDo.includes(course) && !course.done));
  const goesOn = (course) => nextIn(standing, course);
  const [last] = turn.filter(goesOn).sort((one, other) => other.touched.localeCompare(one.touched));
  const one = last && goesOn(last);
  const root = take("start", {
    name: standing.name, next: one, nothing: !one && toDo.length, ready: !one && !toDo.length, done: done.length, course: last?.title, title: one?.title,
    begun: one && last.begun, fresh: one && !last.begun, mine: mine.length, others: others.length,
    lesson: one?.kind === "lesson", test: one?.kind === "quiz",
    number: one ? nextStep(one) + 1 : "", count: one?.steps.length, link: one && linkTo(one, reader),
  });
  rows(root, "programmes", programmes.map(({ title, words, courses }) => {
    const section = take("programme", { title, words });
    rows(section, "courses", courses.map(({ id, line }) => courseRow(standing.courses.find((course) => course.id === id), reader, standing, line)));
    return section;
  }));
  if (mine.length) rows(root, "mine", listed(mine));
  if (done.length) rows(root, "done", listed(done));
  if (others.length) rows(root, "others", listed(others));
  return root;
};

const shortcuts = async ({ home }) => take("shortcuts", { home });

const elsewhere = async ({ home, reader, who }) => take("elsewhere", { link: who ? reader : home });

/* Nothing for what is open. What opens it is a link where it may be done now. */
const lockedRow = (course, part, before, reader) => {
  const lock = lockOf(course, part);
  if (!lock && !before.length) return undefined;
  const isNext = !before.length && lock.after.length === 1 && lock.after[0] === lock.first;
  return take("locked-row", {
    title: part.title, optional: !part.required, held: before.length, waits: !before.length, one: isNext, more: !isNext && !before.length,
    parts: lock && namesOf(lock.after), link: lock && linkTo(lock.first, reader),
  });
};

/* In the place of a part that is locked. Nothing for what is open. */
const locked = ({ reader, who }, one, owner) => {
  const before = coursesBefore(who.standing, owner);
  const lock = lockOf(owner, one);
  if (!lock && !before.length) return undefined;
  return take("locked", {
    course: owner.title, back: `${reader}kurs/${owner.id}/`, title: one.title, held: before.length, waits: !before.length,
    parts: namesOf(before.length ? before : lock.after),
    link: before.length ? `${reader}kurs/${before[0].id}/` : linkTo(lock.first, reader),
  });
};

const course = async (context) => {
  const { reader, found: [id], who } = context;
  const one = who.standing.courses.find((other) => other.id === id);
  if (!one) return elsewhere(context);
  const next = nextIn(who.standing, one);
  const before = coursesBefore(who.standing, one);
  const root = take("course", {
    held: before.length, first: namesOf(before), firstLink: before.length ? `${reader}kurs/${before[0].id}/` : "",
    title: one.title, why: one.line, start: reader, begun: next && one.begun, fresh: next && !one.begun, name: next?.title, link: next && linkTo(next, reader),
  });
  rows(root, "activities", one.activities.map((part, index) => lockedRow(one, part, before, reader) ?? take("activity-row", {
    title: part.title, mark: markOf(part, index + 1), link: linkTo(part, reader),
    done: part.done, waits: !part.done && part.quiz?.handedIn, begun: !part.done && !part.quiz?.handedIn && (part.read.length || part.quiz?.underWay),
    time: part.time, optional: !part.required, fresh: !part.done && !part.read.length && !part.quiz?.underWay && !part.quiz?.handedIn && part.kind !== "workshop",
    workshop: part.kind === "workshop",
  })));
  return root;
};

const lesson = async (context, one, owner) => {
  const { reader, words, go, who } = context;
  const body = await bodyOf(one);
  const back = `${reader}kurs/${owner.id}/`;
  const sections = body ? [...body.querySelectorAll(".lms-body > section")] : [];
  if (!sections.length) return take("missing", { title: one.title, link: back });
  const ids = sections.map((section) => section.id.replace("steg-", ""));
  const asked = ids.indexOf(new URLSearchParams(location.search).get("steg"));
  const firstUnread = ids.findIndex((id) => !one.read.includes(id));
  const at = asked >= 0 ? asked : firstUnread >= 0 ? firstUnread : ids.length - 1;
  const here = `${reader}moment/${one.id}/`;
  const root = take("lesson", {
    course: owner.title, back, title: one.title, number: at + 1, count: ids.length,
    previous: at > 0, previousLink: at > 0 ? `${here}?steg=${ids[at - 1]}` : "", more: at < ids.length - 1, last: at === ids.length - 1,
  });
  const progress = root.querySelector("progress");
  progress.max = ids.length;
  progress.value = at + 1;
  const holder = root.querySelector("[data-body]");
  holder.lang = body.lang;
  sections.filter((_section, index) => index !== at).forEach((section) => section.remove());
  holder.append(...body.children);
  settlePictures(holder, words.picture);
  for (const link of holder.querySelectorAll("a[target=_blank]")) link.classList.add("lms-away");
  /* The lesson may hold forms of its own: practice. */
  const form = root.querySelector("form[data-lms-fact]");
  Object.assign(form.dataset, { lmsLearner: who.staff, lmsActivity: one.id, lmsVersion: one.version, lmsStep: ids[at] });
  answering.attach(root, () => go(at < ids.length - 1 ? `${here}?steg=${ids[at + 1]}` : back));
  attachPractice(root);
  attachOrder(root);
  return [root, `${sections[at].querySelector("h2")?.textContent ?? ""} – ${one.title}`];
};

const quiz = async ({ reader, replace, who }, one, owner) => {
  const { quiz: test } = one;
  const body = await bodyOf({ ...one, ...test.underWay });
  const back = `${reader}kurs/${owner.id}/`;
  if (!body) return take("missing", { title: one.title, link: back });
  const may = !test.underWay && !test.onlineOnly && !test.waits && test.dealt.length > 0 && !test.handedIn;
  const root = take("quiz", {
    course: owner.title, back, title: one.title, done: one.done && !test.handedIn, begun: test.underWay, may,
    handedIn: test.handedIn && !test.underWay, onlineOnly: test.onlineOnly,
    not: !may && !test.underWay && !test.onlineOnly && !test.handedIn,
    link: test.underWay ? `${reader}forsok/${test.underWay.attempt}/` : "",
  });
  const intro = body.querySelector("[data-lms-intro]");
  const holder = root.querySelector("[data-body]");
  holder.lang = body.lang;
  if (!test.handedIn || test.underWay) holder.append(...intro.children);
  const form = root.querySelector("form[data-lms-fact]");
  if (form) {
    Object.assign(form.dataset, { lmsLearner: who.staff, lmsActivity: one.id, lmsVersion: one.version });
    answering.attach(root, (_form, event) => replace(`${reader}forsok/${event.attempt}/`));
  }
  return root;
};

const activity = async (context) => {
  const [one, owner] = find(context.who.standing, context.found[0]);
  if (!one) return elsewhere(context);
  const shut = locked(context, one, owner);
  if (shut) return shut;
  if (one.kind === "workshop") return take("workshop", { title: one.title, link: `${context.reader}kurs/${owner.id}/` });
  return one.kind === "lesson" ? lesson(context, one, owner) : quiz(context, one, owner);
};

const ownAttempt = async (context) => {
  const [one, owner] = findAttempt(context.who.standing, context.found[0]);
  const running = one?.quiz.underWay?.attempt === context.found[0] ? one.quiz.underWay : undefined;
  const body = running && (await bodyOf({ id: one.id, ...running }));
  return { one, owner, running, body };
};

const questionIn = (body, key) => body.querySelector(`[data-lms-question="${CSS.escape(key)}"]`);
const placesOf = (element) => element.querySelectorAll("select[name=answer]").length || 1;
const whole = (body, running, asked) => {
  const element = questionIn(body, asked.key);
  return isWhole(running.answers[asked.key] ?? [], placesOf(element), element.dataset.lmsUnit);
};

const attempt = async (context) => {
  const { running, body, one } = await ownAttempt(context);
  const { reader, replace } = context;
  if (!one) return elsewhere(context);
  if (!running) return handedIn(context);
  if (!body) return take("missing", { title: one.title, link: reader });
  const at = running.order.findIndex((asked) => !whole(body, running, asked));
  replace(`${reader}forsok/${running.attempt}/${at < 0 ? "lamna-in/" : `fraga/${at + 1}/`}`);
  return document.createDocumentFragment();
};

/* Puts choices and options in the attempt's order, and back what was answered. */
const arrange = (element, asked, values) => {
  for (const identity of asked.choices ?? []) {
    const field = element.querySelector(`input[value="${CSS.escape(identity)}"], select option[value^="${CSS.escape(identity)}:"]`);
    const row = field?.closest("label,li");
    row?.parentElement.append(row);
  }
  for (const select of element.querySelectorAll(".lms-match select")) {
    for (const identity of asked.options ?? []) {
      const option = select.querySelector(`option[value$=":${CSS.escape(identity)}"]`);
      if (option) select.append(option);
    }
  }
  const list = element.querySelector("[data-lms-order]");
  if (list && values.length) {
    for (const value of values) {
      const row = list.querySelector(`option[value^="${CSS.escape(value.split(":")[0])}:"]`)?.closest("li");
      if (row) list.append(row);
    }
  }
  for (const field of element.querySelectorAll("[name=answer]")) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.tagName === "SELECT") for (const value of values) field.querySelector(`option[value="${CSS.escape(value)}"]`)?.setAttribute("selected", "");
    else field.setAttribute("value", values[0] ?? "");
  }
};

const question = async (context) => {
  const { reader, go, found } = context;
  const { running, body, one } = await ownAttempt(context);
  const number = Number(found[1]);
  const asked = running?.order[number - 1];
  if (!asked) return attempt(context);
  if (!body) return take("missing", { title: one.title, link: reader });
  const base = `${reader}forsok/${running.attempt}/`;
  const next = number < running.order.length ? `${base}fraga/${number + 1}/` : `${base}lamna-in/`;
  const root = take("question", {
    number, count: running.order.length, back: number > 1, backLink: `${base}fraga/${number - 1}/`, skipLink: next,
    more: number < running.order.length, last: number === running.order.length, throughLink: `${base}lamna-in/`,
    answered: running.order.filter((other) => whole(body, running, other)).length,
  });
  const progress = root.querySelector("progress");
  progress.max = running.order.length;
  progress.value = number;
  const element = questionIn(body, asked.key);
  arrange(element, asked, running.answers[asked.key] ?? []);
  const holder = root.querySelector("[data-body]");
  holder.lang = body.lang;
  const { lmsAskAgain, lmsUnit } = element.dataset;
  holder.append(...element.children);
  const form = root.querySelector("form[data-lms-fact]");
  Object.assign(form.dataset, {
    lmsLearner: context.who.staff, lmsActivity: one.id, lmsVersion: running.version, lmsAttempt: running.attempt,
    lmsBegun: running.begunAt, lmsQuestion: asked.key, lmsAskAgain, ...(lmsUnit === undefined ? {} : { lmsUnit }),
  });
  answering.attach(root, () => go(next));
  attachOrder(root);
  return root;
};

const handIn = async (context) => {
  const { reader, replace } = context;
  const { running, body, one } = await ownAttempt(context);
  if (!running) return attempt(context);
  if (!body) return take("missing", { title: one.title, link: reader });
  const base = `${reader}forsok/${running.attempt}/`;
  const open = running.order.filter((asked) => !whole(body, running, asked)).length;
  const root = take("hand-in", { open, all: !open, number: open });
  rows(root, "questions", running.order.map((asked, index) => take("question-row", {
    number: index + 1, text: questionIn(body, asked.key).dataset.text, link: `${base}fraga/${index + 1}/`,
    answered: whole(body, running, asked), not: !whole(body, running, asked),
  })));
  const form = root.querySelector("form[data-lms-fact]");
  Object.assign(form.dataset, {
    lmsLearner: context.who.staff, lmsActivity: one.id, lmsVersion: running.version, lmsAttempt: running.attempt,
    lmsBegun: running.begunAt,
  });
  answering.attach(root, () => replace(`${base}resultat/`));
  return root;
};

const handedIn = async (context) => {
  const [one, owner] = findAttempt(context.who.standing, context.found[0]);
  if (one?.quiz.underWay?.attempt === context.found[0]) return attempt(context);
  return take("handed-in", { link: owner ? `${context.reader}kurs/${owner.id}/` : context.reader, start: context.reader });
};

export const screens = { tiles, pin, start, course, activity, attempt, question, shortcuts, handIn, handedIn, elsewhere };
