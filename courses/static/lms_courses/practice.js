/* Practice questions: the verdict in place, as soon as one asks for it. Counts for nothing and tells nobody. */
for (const form of document.querySelectorAll("[data-lms-practice]")) {
  const result = form.querySelector("[data-lms-practice-result]");
  const answer = form.querySelector("[data-lms-practice-answer]");
  const choices = [...form.querySelectorAll("input")];
  form.querySelector("[data-lms-practice-actions]").hidden = false;
  answer.hidden = true;

  const line = (text, kind) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    if (kind) paragraph.className = `lms-verdict lms-verdict--${kind}`;
    return paragraph;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = choices.filter((choice) => choice.checked);
    if (!chosen.length) {
      result.replaceChildren(line(form.dataset.pick));
      return;
    }
    const right = choices.every((choice) => choice.checked === (choice.dataset.right === "1"));
    const feedback = chosen
      .map((choice) => choice.closest("label").querySelector("[data-feedback]"))
      .filter(Boolean)
      .map((template) => line(template.content.textContent));
    const explanation = answer.querySelector("[data-explanation]");
    result.replaceChildren(
      line(right ? form.dataset.right : form.dataset.wrong, right ? "right" : "wrong"),
      ...feedback,
      ...(explanation ? [line(explanation.textContent)] : []),
    );
    for (const choice of choices) {
      const row = choice.closest("label");
      row.classList.toggle("lms-option--right", choice.dataset.right === "1");
      row.classList.toggle("lms-option--wrong", choice.checked && choice.dataset.right !== "1");
    }
  });
}
