// The palette and the written colour are one: whichever is changed, the other follows.
const written = /^#[0-9a-f]{6}$/i;

for (const field of document.querySelectorAll("[data-lms-colour]")) {
  const [text, palette] = field.querySelectorAll("input");
  const follow = () => {
    if (written.test(text.value)) palette.value = text.value.toLowerCase();
  };
  text.addEventListener("input", follow);
  palette.addEventListener("input", () => {
    text.value = palette.value;
    // Wagtail looks for changes at what it will save.
    text.dispatchEvent(new Event("change", { bubbles: true }));
  });
  follow();
  palette.hidden = false;
}
