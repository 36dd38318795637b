/* A file is summed here in the browser and compared with what was issued; it is sent nowhere. Where we do not know what it
   should be, its sum is asked for. Without https the browser sums nothing: then the form is sent as it stands. */
const sumOf = async (file) => {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

const isFile = (kind) => kind.toLowerCase() === "files";

const attach = (form) => {
  const field = form.querySelector("input[type=file]");
  const status = form.parentElement.querySelector("[role=status]");
  const say = (outcome) =>
    status.replaceChildren(document.getElementById(`jamfor-${outcome}`).content.cloneNode(true));

  const ask = (sum) => {
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = "sha256";
    hidden.value = sum;
    /* The file stays here: an emptied field sends nothing. */
    field.value = "";
    form.append(hidden);
    form.submit();
    hidden.remove();
  };

  const look = async (files) => {
    if (files.length !== 1) return say(files.length ? "several" : "none");
    const [file] = files;
    if (file.size > Number(form.dataset.lmsMost)) return say("large");
    /* What cannot be read has gone away, or is a folder. */
    const sum = await sumOf(file).catch(() => null);
    if (sum === null) return say("none");
    if (file.size === 0) return say("empty");
    const wanted = form.dataset.lmsCheckFile;
    return wanted ? say(sum === wanted ? "same" : "different") : ask(sum);
  };

  for (const part of form.querySelectorAll("[data-lms-plain]")) part.hidden = true;
  for (const part of form.querySelectorAll("[data-lms-live]")) part.hidden = false;
  field.addEventListener("change", () => field.files.length && look(field.files));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look(field.files);
  });

  /* Files anywhere on the page: dropped beside the form, the browser would leave the page and open one. Of what else is
     dragged, only what lands in the form is ours to answer. */
  const isOurs = (event) => event.dataTransfer.types.some(isFile) || form.contains(event.target);
  const carried = (event, over) => {
    if (!isOurs(event)) return false;
    event.preventDefault();
    form.classList.toggle("lms-drop--over", over);
    return true;
  };
  document.addEventListener("dragover", (event) => carried(event, true));
  document.addEventListener("dragleave", (event) => carried(event, false));
  document.addEventListener("drop", (event) => {
    if (!carried(event, false)) return;
    const { files } = event.dataTransfer;
    field.files = files;
    look(files);
    form.scrollIntoView({ block: "center" });
  });
};

if (globalThis.crypto?.subtle) document.querySelectorAll("[data-lms-check-file]").forEach(attach);
