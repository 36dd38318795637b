/* What is typed unseen can be looked at: a button beside each field with data-lms-show. Hidden again when the form is
   sent, when the page is left, and by itself after a while: the next customer stands in front of the same screen. */
const LOOK = 20_000;

const attachField = (field) => {
  const { lmsShow, lmsHide, lmsShowWord, lmsHideWord } = field.dataset;
  const canVeil = CSS.supports("-webkit-text-security", "disc");
  if (field.classList.contains("lms-veiled") && !canVeil) field.type = "password";
  const isVeiled = field.type === "text";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "lms-button lms-button--quiet lms-show";
  button.setAttribute("aria-controls", field.id);
  let timer;
  let shown;
  const show = (wanted) => {
    shown = wanted;
    if (isVeiled) field.classList.toggle("lms-veiled", !shown);
    else field.type = shown ? "text" : "password";
    /* The name says what a tap does. A changing name and aria-pressed beside it would say it twice, and contrarily. */
    button.textContent = shown ? lmsHideWord : lmsShowWord;
    button.setAttribute("aria-label", shown ? lmsHide : lmsShow);
    clearTimeout(timer);
    if (shown) timer = setTimeout(show, LOOK, false);
  };
  /* The keyboard on the screen stays where it is. */
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => show(!shown));
  field.form?.addEventListener("submit", () => show(false));
  addEventListener("pagehide", () => show(false));
  show(false);
  field.after(button);
};

/* What is inserted later calls this with its root: once for each. */
export const attach = (root) => root.querySelectorAll("[data-lms-show]").forEach(attachField);

attach(document);
