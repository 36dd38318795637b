/* What a fact changes in where a person stands, as far as the tablet can know it. It never says what the server says:
   no result, no course completed. */

export const find = (standing, activity) => {
  for (const course of standing.courses) {
    for (const one of course.activities) if (one.id === activity) return [one, course];
  }
  return [];
};

export const findAttempt = (standing, attempt) => {
  for (const course of standing.courses) {
    for (const one of course.activities) {
      if (one.quiz?.underWay?.attempt === attempt || one.quiz?.handedIn === attempt) return [one, course];
    }
  }
  return [];
};

/* `deal` is what the server had dealt for an attempt, where it is no longer among the standing's own. */
export const apply = (standing, event, deal) => {
  const [one, course] = find(standing, event.activity);
  if (!one) return;
  course.begun = true;
  course.touched = event.occurred_at;
  if (event.kind === "step") {
    if (!one.read.includes(event.step)) one.read.push(event.step);
    one.done ||= one.steps.every((step) => one.read.includes(step.id));
    return;
  }
  const { quiz } = one;
  if (!quiz) return;
  if (event.kind === "attempt") {
    if (quiz.underWay?.attempt === event.attempt) return;
    const dealt = quiz.dealt.find((other) => other.attempt === event.attempt) ?? deal;
    if (!dealt) return;
    quiz.dealt = [];
    quiz.underWay = { ...dealt, version: event.version, begunAt: event.occurred_at, local: true, answers: {} };
    if (quiz.left !== null) quiz.left -= 1;
  } else if (event.kind === "answer" && quiz.underWay?.attempt === event.attempt) {
    quiz.underWay.answers[event.question] = event.values;
  } else if (event.kind === "submit" && quiz.underWay?.attempt === event.attempt) {
    quiz.underWay = null;
    quiz.handedIn = event.attempt;
  }
};

export const nextStep = (one) => {
  const at = one.steps.findIndex((step) => !one.read.includes(step.id));
  return at < 0 ? Math.max(0, one.steps.length - 1) : at;
};

/* Done, or as far as one comes without network: what a test is worth that was handed in, the server will say. */
const isThrough = (one) => one.done || Boolean(one.quiz?.handedIn);

const isCourseThrough = (course) => {
  const needed = course.activities.filter((one) => one.required);
  return course.done || (needed.length > 0 && needed.every(isThrough));
};

/* The courses that must be completed before `course` opens: [{id, title}]. Who has begun it goes on with it. */
export const coursesBefore = (standing, course) => (course.begun || course.done ? [] : course.after ?? []).filter(({ id }) => {
  const other = standing.courses.find((one) => one.id === id);
  return !other || !isCourseThrough(other);
});

/* What locks a part of `course`: {after: all that has to be named, first: what to do first}. Nothing where it is open,
   as in courses/prerequisites.py: what is done or begun is never locked again. */
export const lockOf = (course, one) => {
  if (course.done || isThrough(one) || one.read.length || one.quiz?.underWay) return undefined;
  const left = course.activities.filter((other) => one.after?.includes(other.id) && !isThrough(other));
  if (!left.length) return undefined;
  const locked = left.filter((other) => lockOf(course, other));
  return {
    after: left.filter((other) => !locked.some((third) => third.after.includes(other.id))),
    first: lockOf(course, left[0])?.first ?? left[0],
  };
};

/* What "continue" opens in a course: a test under way, else the first that is left and can be done here and now. */
export const nextIn = (standing, course) => {
  if (course.done || coursesBefore(standing, course).length) return undefined;
  const open = course.activities.filter((one) => one.required && !one.done && one.kind !== "workshop" && !one.quiz?.handedIn && !lockOf(course, one));
  return open.find((one) => one.quiz?.underWay) ?? open[0];
};

/* A number, with `unit` or a beginning of it after it. As courses/questions/numeric.py reads it. */
const isNumber = (text, unit) => {
  const bare = (said) => said.normalize("NFKC").replace("−", "-").replace(/\s/g, "").toLowerCase();
  const found = /^[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(\D*)$/.exec(bare(text));
  const name = (said) => { const one = said.replace(/^[.,!]+|[.,!]+$/g, ""); return ["procent", "percent"].includes(one) ? "%" : one; };
  return Boolean(found) && (!name(found[1]) || !unit || name(bare(unit)).startsWith(name(found[1])));
};

/* Whether `values` leave nothing open of a question with so many `places`. `unit` is given for a number alone. */
export const isWhole = (values, places, unit) =>
  values.length > 0 && values.length >= places && values.every((value) => value.trim())
  && (unit === undefined || isNumber(values[0], unit));
