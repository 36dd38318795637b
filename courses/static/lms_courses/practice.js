/* Practice questions: the verdict in place, as soon as one asks for it. Counts for nothing and tells nobody. */

/* "2,5 m" as 2.5; NaN for what is no number. As courses/questions/numeric.py reads it, but for the unit. */
const numberIn = (text) => {
  const found = /^([+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+))\D*$/.exec(text.normalize("NFKC").replace("−", "-").replace(/\s/g, ""));
  return found ? Number(found[1].replace(",", ".")) : NaN;
};

/* Per kind: whether everything is answered, and whether it is right. `given` are the posted values, `key` the right ones. */
const chosen = {
  isWhole: (given) => given.every(Boolean),
  isRight: (given, key) => given.every((value) => key.includes(value)),
};
const KINDS = {
  order: chosen,
  match: chosen,
  number: {
    isWhole: ([text]) => !Number.isNaN(numberIn(text)),
    isRight: ([text], [right, tolerance]) => Math.abs(numberIn(text) - numberIn(right)) <= numberIn(tolerance) + 1e-9,
  },
};

const line = (text, kind) => {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  if (kind) paragraph.className = `lms-verdict lms-verdict--${kind}`;
  return paragraph;
};

const attachForm = (form) => {
  const result = form.querySelector("[data-lms-practice-result]");
  const answer = form.querySelector("[data-lms-practice-answer]");
  const choices = [...form.querySelectorAll("input[name=practice]")];
  const written = [...form.querySelectorAll("[name=answer]")];
  const kind = KINDS[form.dataset.lmsPractice];
  form.querySelector("[data-lms-practice-actions]").hidden = false;
  answer.hidden = true;

  const tell = (right, more) => {
    const explanation = answer.querySelector("[data-explanation]");
    result.replaceChildren(
      line(right ? form.dataset.right : form.dataset.wrong, right ? "right" : "wrong"),
      ...more,
      ...(explanation ? [line(explanation.textContent)] : []),
    );
  };

  const judgeWritten = () => {
    const given = written.map((field) => field.value);
    if (!kind.isWhole(given)) {
      result.replaceChildren(line(form.dataset.pick));
      return;
    }
    const right = kind.isRight(given, [...answer.querySelectorAll("[data-key]")].map((item) => item.value));
    tell(right, right ? [] : [answer.querySelector("[data-answer]").cloneNode(true)]);
  };

  const judgeChosen = () => {
    const picked = choices.filter((choice) => choice.checked);
    if (!picked.length) {
      result.replaceChildren(line(form.dataset.pick));
      return;
    }
    const feedback = picked
      .map((choice) => choice.closest("label").querySelector("[data-feedback]"))
      .filter(Boolean)
      .map((template) => line(template.content.textContent));
    tell(choices.every((choice) => choice.checked === (choice.dataset.right === "1")), feedback);
    for (const choice of choices) {
      const row = choice.closest("label");
      row.classList.toggle("lms-option--right", choice.dataset.right === "1");
      row.classList.toggle("lms-option--wrong", choice.checked && choice.dataset.right !== "1");
      row.querySelector(".lms-option__key")?.remove();
      if (choice.dataset.right === "1") {
        const key = document.createElement("span");
        key.className = "lms-option__key";
        key.textContent = form.dataset.keyWords;
        row.append(key);
      }
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    (kind ? judgeWritten : judgeChosen)();
  });
};

/* What is inserted later calls this with its root. */
export function attach(root) {
  root.querySelectorAll("[data-lms-practice]").forEach(attachForm);
}

attach(document);
