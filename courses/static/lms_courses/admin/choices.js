/* The answers of one question: rows over a hidden JSON input (see courses/widgets.py).
 * Which rows there are depends on the question's kind, a select beside it in the same form. */
(() => {
  const { Controller } = window.StimulusModule;
  const FIXED = ["true", "false"];

  class ChoicesController extends Controller {
    static targets = ["input", "rows", "add", "status"];

    static values = { labels: Object };

    connect() {
      this.choices = JSON.parse(this.inputTarget.value || "[]") || [];
      this.element.setAttribute("aria-label", this.labelsValue.group);
      const kindName = this.inputTarget.name.replace(/choices$/, "kind");
      this.kind = document.getElementsByName(kindName)[0];
      this.onKind = () => this.draw();
      this.kind?.addEventListener("change", this.onKind);
      this.draw();
    }

    disconnect() {
      this.kind?.removeEventListener("change", this.onKind);
    }

    label(name, number) {
      return this.labelsValue[name].replace("%(number)s", number);
    }

    /* Rows to show: two fixed ones for true or false, else what there is and at least two empty ones to begin with. */
    visible() {
      const kind = this.kind?.value;
      if (kind === "truefalse") {
        return FIXED.map(
          (id) => this.choices.find((row) => row.id === id) || { id, text: "", right: false, feedback: "" },
        );
      }
      const rows = this.choices.filter((row) => !FIXED.includes(row.id));
      const atLeast = kind === "text" ? 1 : 2;
      while (rows.length < atLeast) rows.push({ id: "", text: "", right: false, feedback: "" });
      return rows;
    }

    draw() {
      const kind = this.kind?.value || "single";
      this.choices = this.visible();
      this.rowsTarget.replaceChildren(...this.choices.map((row, index) => this.row(row, index, kind)));
      this.addTarget.textContent = this.label(kind === "text" ? "addAccepted" : "add");
      this.addTarget.hidden = kind === "truefalse";
    }

    row(choice, index, kind) {
      const number = index + 1;
      const item = document.createElement("li");
      item.className = "lms-choices__row";
      const fixed = kind === "truefalse";
      if (kind !== "text") item.append(this.mark(choice, index, kind));
      if (fixed) {
        const word = document.createElement("span");
        word.className = "lms-choices__word";
        word.textContent = this.label(choice.id);
        item.append(word);
      } else {
        item.append(this.field(choice, "text", this.label(kind === "text" ? "accepted" : "answer", number)));
      }
      if (kind !== "text") item.append(this.field(choice, "feedback", this.label("feedback")));
      if (!fixed) {
        const buttons = document.createElement("span");
        buttons.className = "lms-choices__buttons";
        buttons.append(
          this.button("up", "↑", number, index === 0, () => this.move(index, -1)),
          this.button("down", "↓", number, index === this.choices.length - 1, () => this.move(index, 1)),
          this.button("remove", "×", number, false, () => this.remove(index)),
        );
        item.append(buttons);
      }
      return item;
    }

    mark(choice, index, kind) {
      const label = document.createElement("label");
      label.className = "lms-choices__right";
      const box = document.createElement("input");
      box.type = kind === "multiple" ? "checkbox" : "radio";
      if (box.type === "radio") box.name = `${this.inputTarget.name}-right`;
      box.checked = Boolean(choice.right);
      box.addEventListener("change", () => {
        if (box.type === "radio") this.choices.forEach((row) => { row.right = false; });
        this.choices[index].right = box.checked;
        this.write();
      });
      label.append(box, ` ${this.label("right")}`);
      return label;
    }

    field(choice, name, text) {
      const label = document.createElement("label");
      label.className = `lms-choices__${name}`;
      const words = document.createElement("span");
      words.textContent = text;
      const input = document.createElement("input");
      input.type = "text";
      input.value = choice[name] || "";
      input.maxLength = 500;
      input.addEventListener("input", () => {
        choice[name] = input.value;
        this.write();
      });
      label.append(words, input);
      return label;
    }

    button(name, sign, number, disabled, act) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small button-secondary";
      button.textContent = sign;
      button.disabled = disabled;
      button.setAttribute("aria-label", this.label(name, number));
      button.title = this.label(name, number);
      button.addEventListener("click", act);
      return button;
    }

    add() {
      this.choices.push({ id: "", text: "", right: false, feedback: "" });
      this.write();
      this.draw();
      this.focus(this.choices.length - 1);
    }

    move(index, by) {
      const [row] = this.choices.splice(index, 1);
      this.choices.splice(index + by, 0, row);
      this.write();
      this.draw();
      this.focus(index + by);
    }

    remove(index) {
      this.choices.splice(index, 1);
      this.write();
      this.draw();
      this.statusTarget.textContent = this.label("removed");
      this.focus(Math.min(index, this.choices.length - 1));
    }

    focus(index) {
      this.rowsTarget.children[index]?.querySelector("input[type=text]")?.focus();
    }

    /* An empty row is nobody's answer: it is left out, so that the one row too many never blocks publishing. */
    write() {
      const kept = this.choices.filter((row) => FIXED.includes(row.id) || row.text.trim() || row.right);
      this.inputTarget.value = JSON.stringify(kept);
      this.inputTarget.dispatchEvent(new Event("input", { bubbles: true }));
      this.inputTarget.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  window.wagtail.app.register("lms-choices", ChoicesController);
})();
