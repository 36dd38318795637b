// How many boxes are ticked in a part of a form that can be folded: said on its heading, also before the form is sent.
for (const part of document.querySelectorAll("[data-lms-chosen]")) {
  const said = part.querySelector("summary [data-words]");
  part.addEventListener("change", () => {
    const ticked = part.querySelectorAll("input[type=checkbox]:checked").length;
    said.textContent = `${said.dataset.words} ${ticked}`;
    said.hidden = !ticked;
  });
}
