/* "Listen": a lesson or a question read aloud by the browser's own voice, a sentence at a time.

   What is read is [data-lms-listen-text]; what steers it, [data-lms-listen], stands beside it or around it. Both come
   from the same parent. Without a voice for the language of the text nothing is shown. */

const RATES = [0.7, 0.9, 1.1];
/* Chrome's voices fall silent after some 15 seconds, without telling: so much is said at a time. */
const LONGEST = 150;
/* Some voices that are promised and not there neither begin nor fail. No sentence takes so long. */
const PATIENCE = 45_000;
const HIGHLIGHT = "lms-listen";
const BLOCKS = ":is(h1, h2, h3, h4, p, li, dt, dd, th, td, figcaption, legend, blockquote, footer, label, option, div, section, aside, fieldset, form)";
/* Never read: what is pressed or filled in, what is hidden, and above all an answer. The options of a question that
   pairs up are the same on every line, and are read after the last. */
const UNREAD = [
  "template, script, style, button, input, textarea, data, progress, svg, [hidden], [aria-hidden=true], [role=status]",
  "details, [data-lms-practice-answer], [data-lms-practice-result], .lms-option__key",
  ".lms-source, a.lms-button:not([href^='tel:']), option[value=''], select:not(.lms-match:last-of-type > select)",
].join(", ");
const CHOICES = ".lms-option, .lms-order__row, option";

let pace = 1;
/* The one that reads, or rests in the middle: there is one voice. */
let current = null;

/* What is read of `target`, in order: text nodes that stand together in one block. */
const runsIn = (target) => {
  const runs = [];
  const walker = document.createTreeWalker(target, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node.nodeType === Node.ELEMENT_NODE && node.matches(UNREAD) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  let run = null;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches(`br, ${BLOCKS}`)) run = null;
      continue;
    }
    const block = node.parentElement.closest(BLOCKS);
    if (run?.block === block) run.nodes.push(node);
    else runs.push(run = { block, nodes: [node] });
  }
  return runs;
};

const sentenceEnds = (text, lang) => {
  if (!Intl.Segmenter) return [...text.matchAll(/[.!?]+\s+(?=\p{Lu})|$/gu)].map((found) => found.index + found[0].length);
  const segments = new Intl.Segmenter(lang || undefined, { granularity: "sentence" }).segment(text);
  return [...segments].map(({ index, segment }) => index + segment.length);
};

/* How much of `text` is said first: to the last pause that fits, else to the last word. */
const firstOf = (text, most) => {
  if (text.trimEnd().length <= most) return text.length;
  const head = text.slice(0, most).replace(/\s/g, " ");
  const pause = Math.max(...[", ", "; ", ": ", " – "].map((sign) => head.lastIndexOf(sign)));
  return (pause > most / 3 ? pause + 1 : head.lastIndexOf(" ") + 1) || most;
};

/* The pieces of a run, from and to, none longer than a voice manages. */
const piecesOf = (text, lang, most) => {
  const pieces = [];
  let from = 0;
  for (const end of sentenceEnds(text, lang)) {
    while (from < end) {
      const to = from + firstOf(text.slice(from, end), most);
      pieces.push([from, to]);
      from = to;
    }
  }
  return pieces;
};

const languageOf = (element) => element.closest("[lang]")?.lang ?? "";

const isSame = (one, other) => one.toLowerCase().split(/[-_]/)[0] === other.toLowerCase().split(/[-_]/)[0];

/* What is said of `target`, in the order in which it stands there. `words` are those of the controls. */
const sentencesIn = (target, words, spoken) => {
  const counts = new Map();
  const numbered = new Set();
  const sentences = [];
  runsIn(target).forEach(({ block, nodes }, place) => {
    const text = nodes.map((node) => node.data).join("");
    const lang = languageOf(block);
    let before = "";
    const choice = block.closest(CHOICES);
    if (choice && !numbered.has(choice) && text.trim()) {
      numbered.add(choice);
      const group = choice.closest("fieldset");
      const number = (counts.get(group) ?? 0) + 1;
      counts.set(group, number);
      before = isSame(lang, spoken) ? words.option.replace("{number}", number) : `${number}: `;
    }
    for (const [from, to] of piecesOf(text, lang, LONGEST - before.length)) {
      const piece = text.slice(from, to).trimEnd();
      const said = piece.replace(`(${words.unsaid})`, "").replace(/\s+/g, " ").trim();
      if (!/[\p{L}\p{N}]/u.test(said)) continue;
      sentences.push({ place, from, to: from + piece.length, block, lang, said: before + said });
      before = "";
    }
  });
  return sentences;
};

/* One that is here rather than on the network, then the device's own choice, then the English of Europe. */
const voiceFor = (lang) => {
  const worth = (voice) => voice.localService * 4 + voice.default * 2 + /^(sv.se|en.gb)/i.test(voice.lang);
  return speechSynthesis.getVoices().filter((voice) => isSame(voice.lang, lang)).sort((one, other) => worth(other) - worth(one))[0];
};

const unmark = () => {
  CSS.highlights?.delete(HIGHLIGHT);
  for (const mark of document.querySelectorAll(".lms-listen__mark")) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  }
};

/* Shows which sentence is read. Where the browser has no highlights it is wrapped, and unwrapped again. */
const mark = (target, { place, from, to, block }) => {
  unmark();
  const parts = [];
  let passed = 0;
  for (const node of runsIn(target)[place]?.nodes ?? []) {
    const [first, last] = [Math.max(0, from - passed), Math.min(node.length, to - passed)];
    if (first < last && node.data.slice(first, last).trim()) parts.push([node, first, last]);
    passed += node.length;
  }
  if (window.Highlight && CSS.highlights) {
    const ranges = parts.map(([node, first, last]) => new StaticRange({ startContainer: node, startOffset: first, endContainer: node, endOffset: last }));
    CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
  } else if (!block.matches("option")) {
    for (const [node, first, last] of parts) {
      if (last < node.length) node.splitText(last);
      const part = first ? node.splitText(first) : node;
      const wrap = document.createElement("span");
      wrap.className = "lms-listen__mark";
      part.replaceWith(wrap);
      wrap.append(part);
    }
  }
  const seen = (block.matches("option") ? block.closest("select") : block).getBoundingClientRect();
  if (seen.top < 96 || seen.bottom > innerHeight) {
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    block.scrollIntoView({ block: "center", behavior });
  }
};

const attachControl = (control) => {
  const target = control.parentElement.querySelector("[data-lms-listen-text]");
  if (!target) return;
  const [play, stop, slower, faster] = ["play", "stop", "slower", "faster"].map((name) => control.querySelector(`[data-lms-listen-${name}]`));
  const status = control.querySelector("[role=status]");
  const words = control.dataset;
  const paces = words.paces.split("|");
  const lang = languageOf(target);
  let sentences = [];
  let at = 0;
  let utterance = null;
  let patience;

  /* "idle", "reading" or "paused" */
  const show = (state) => {
    control.dataset.state = state;
    play.querySelector("[data-lms-listen-word]").textContent = words[state];
    for (const button of [stop, slower, faster]) button.hidden = state === "idle";
    slower.setAttribute("aria-disabled", pace === 0);
    faster.setAttribute("aria-disabled", pace === RATES.length - 1);
  };

  const hush = () => {
    utterance = null;
    clearTimeout(patience);
    speechSynthesis.cancel();
  };

  const end = (told = "") => {
    hush();
    unmark();
    at = 0;
    if (current === reader) current = null;
    if (control.contains(document.activeElement)) play.focus();
    status.textContent = told;
    show("idle");
  };

  const say = () => {
    const sentence = sentences[at];
    if (!sentence || !target.isConnected) return end();
    mark(target, sentence);
    const mine = new SpeechSynthesisUtterance(sentence.said);
    mine.voice = voiceFor(sentence.lang) ?? voiceFor(lang) ?? null;
    mine.lang = mine.voice?.lang ?? lang;
    mine.rate = RATES[pace];
    mine.onend = () => {
      if (mine !== utterance) return;
      at += 1;
      say();
    };
    mine.onerror = () => { if (mine === utterance) end(words.silent); };
    clearTimeout(patience);
    patience = setTimeout(mine.onerror, PATIENCE);
    utterance = mine; // kept: what Chrome has collected never tells that it ended
    speechSynthesis.speak(mine);
  };

  const read = () => {
    if (current && current !== reader) current.stop();
    current = reader;
    sentences = sentencesIn(target, words, languageOf(control));
    status.textContent = "";
    show("reading");
    say();
  };

  /* Android's own pause() is an end: ours remembers the sentence, and begins it again. */
  const reader = {
    target,
    stop: end,
    pause() {
      if (control.dataset.state !== "reading") return;
      hush();
      show("paused");
    },
    goPast(element) {
      while (element.contains(sentences[at]?.block ?? null)) at += 1;
    },
  };

  play.addEventListener("click", () => (control.dataset.state === "reading" ? reader.pause() : read()));
  stop.addEventListener("click", () => end());
  for (const [button, by] of [[slower, -1], [faster, 1]]) {
    button.addEventListener("click", () => {
      if (!RATES[pace + by]) return;
      pace += by;
      status.textContent = paces[pace];
      show(control.dataset.state);
      if (control.dataset.state !== "reading") return;
      hush();
      say();
    });
  }

  /* Voices come when they come; Chrome has none until it is asked. */
  const appear = () => {
    if (!voiceFor(lang)) return;
    control.hidden = false;
    speechSynthesis.removeEventListener("voiceschanged", appear);
  };
  show("idle");
  speechSynthesis.addEventListener("voiceschanged", appear);
  appear();
};

/* What is inserted later calls this with its root: once for each. */
export function attach(root) {
  if (!window.speechSynthesis) return;
  root.querySelectorAll("[data-lms-listen]").forEach(attachControl);
}

/* Before what is read is taken away. */
export function stop() {
  current?.stop();
}

attach(document);

/* The page goes, and the voice would go on by itself. */
addEventListener("pagehide", stop);
document.addEventListener("visibilitychange", () => { if (document.hidden) current?.pause(); });
/* Someone answers: they have heard enough of the question. */
document.addEventListener("change", (event) => { if (current?.target.contains(event.target)) current.pause(); });
document.addEventListener("submit", (event) => {
  if (!current?.target.contains(event.target)) return;
  current.pause();
  current.goPast(event.target);
});
/* "Are you still there?" is asked in silence. */
new MutationObserver(() => { if (document.querySelector("dialog[open]")) current?.pause(); })
  .observe(document.documentElement, { subtree: true, attributeFilter: ["open"] });
