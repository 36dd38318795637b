/* Brings the tablet what it carries: who works here, the bodies of all courses, and the pictures that were asked for. */

import * as store from "./store.js";
import { isFull } from "./store.js";
import { forgetOthers } from "./session.js";
import { BODIES } from "./bodies.js";

export const MEDIA = "lms-media";
const FRESH = 10 * 60_000;
/* A version that is no longer shown may still be read or answered by someone who has not been on the network since. */
const KEPT_ON = 60 * 24 * 3600_000;

const config = () => document.querySelector("[data-lms-tablet]").dataset;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/* One file by itself, three times if need be. Throws when there is no room, or when it does not come. */
const bring = async (cache, url) => {
  for (let number = 1; ; number += 1) {
    try {
      const response = await store.fetchWithin(30_000, url);
      if (!response.ok || response.redirected) throw new Error(`${url}: ${response.status}`);
      return await cache.put(url, response);
    } catch (error) {
      if (isFull(error) || number === 3) throw error;
      await pause(800 * number);
    }
  }
};

const whole = (url) => new URL(url, location.href).href;

/* What does not stand in `cache`, of `urls`. */
const missing = async (cache, urls) => {
  const known = new Set((await cache.keys()).map((request) => request.url));
  return urls.filter((url) => !known.has(whole(url)));
};

/* What nobody can want any more goes: at once if something newer of the same version is here, else after a time. */
const clearOut = async (cache, urls) => {
  const wanted = new Set(urls.map(whole));
  const versions = new Set([...wanted].map((url) => url.replace(/[^/]+\/$/, "")));
  const since = (await store.kept("superseded")) ?? {};
  const still = {};
  for (const { url } of await cache.keys()) {
    if (wanted.has(url)) continue;
    still[url] = since[url] ?? Date.now();
    if (!versions.has(url.replace(/[^/]+\/$/, "")) && Date.now() - still[url] < KEPT_ON) continue;
    await cache.delete(url);
    delete still[url];
  }
  await store.keep("superseded", still);
};

/* Asks what there is to carry. Answers with it, new or as it was; undefined where the tablet has never been told. */
export const ask = async ({ force = false } = {}) => {
  const known = await store.kept("carried");
  if (!force && known && Date.now() - known.askedAt < FRESH) return known;
  const response = await store.fetchWithin(20_000, config().carried).catch(() => undefined);
  if (!response?.ok) return known;
  const told = { ...(await response.json()), askedAt: Date.now() };
  await store.keep("carried", told);
  await forgetOthers(told.people.map((person) => person.id));
  return told;
};

/* The bodies of every course, what is required first. Returns "full" when the tablet has no room. */
export const bringBodies = async (told) => {
  const urls = told.courses.flatMap((course) => course.bodies.map((body) => body.url));
  const cache = await caches.open(BODIES);
  let outcome = "done";
  for (const url of await missing(cache, urls)) {
    try {
      await bring(cache, url);
    } catch (error) {
      if (isFull(error)) return "full";
      outcome = "broken";
    }
  }
  if (outcome === "done") await clearOut(cache, urls);
  return outcome;
};

/* Per course: how many of its bodies and pictures are here. */
export const inventory = async (told) => {
  const [bodies, media] = await Promise.all([caches.open(BODIES), caches.open(MEDIA)]);
  return Promise.all(told.courses.map(async (course) => ({
    id: course.id,
    bodies: course.bodies.length - (await missing(bodies, course.bodies.map((body) => body.url))).length,
    media: course.media.length - (await missing(media, course.media.map((medium) => medium.url))).length,
  })));
};

/* The pictures of one course, one by one; `tell(done, of)` after each. "full", "broken" (some did not come) or "done". */
export const bringMedia = async (course, tell = () => undefined) => {
  const cache = await caches.open(MEDIA);
  const wanted = await missing(cache, course.media.map((medium) => medium.url));
  let done = course.media.length - wanted.length;
  let outcome = "done";
  tell(done, course.media.length);
  for (const url of wanted) {
    try {
      await bring(cache, url);
      tell(done += 1, course.media.length);
    } catch (error) {
      if (isFull(error)) return "full";
      outcome = "broken";
    }
  }
  return outcome;
};

export const dropMedia = async (course) => {
  const cache = await caches.open(MEDIA);
  for (const medium of course.media) await cache.delete(medium.url);
};

/* Everything that is wanted, in the background. Pictures that the browser has thrown away are fetched again. */
export const carry = () => navigator.locks.request("larpunkt-carry", { ifAvailable: true }, async (lock) => {
  if (!lock || !navigator.onLine) return;
  const told = await ask();
  if (!told) return;
  let outcome = await bringBodies(told);
  const wanted = (await store.kept("downloads")) ?? {};
  for (const course of told.courses) {
    if (outcome !== "full" && wanted[course.id]) outcome = await bringMedia(course);
  }
  const media = await caches.open(MEDIA);
  const asked = new Set(told.courses.filter((course) => wanted[course.id]).flatMap((course) => course.media.map((medium) => whole(medium.url))));
  for (const { url } of await media.keys()) if (!asked.has(url)) await media.delete(url);
  await store.keep("full", outcome === "full");
});
