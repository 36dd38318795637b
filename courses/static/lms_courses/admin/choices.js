/* The answers of one question: rows over a hidden JSON input (see courses/widgets.py).
 * Which rows there are depends on the question's kind, a select beside it in the same form. */
(() => {
  const { Controller } = window.StimulusModule;
  const FIXED = ["true", "false"];
  /* How the rows of each kind look: `mark` what is right, with `feedback`; else the fields that a row has. */
  const MARKED = { mark: true, least: 2, add: "add", fields: [["text", "answer"], ["feedback", "feedback"]] };
  const KINDS = {
    single: MARKED,
    multiple: MARKED,
    truefalse: { ...MARKED, fixed: true },
    text: { least: 1, add: "addAccepted", fields: [["text", "accepted"]] },
    order: { least: 2, add: "addItem", hint: "orderHint", numbered: true, fields: [["text", "item"]] },
    match: { least: 2, most: 6, add: "addPair", hint: "matchHint", fields: [["text", "left"], ["pair", "pair"]] },
    number: {
      least: 1, most: 1, fixed: true, fields: [["text", "number"], ["tolerance", "tolerance"], ["unit", "unit"]],
    },
  };
  const empty = (id = "") => ({ id, text: "", right: false, feedback: "" });

  class ChoicesController extends Controller {
    static targets = ["input", "rows", "add", "status", "hint"];

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

    /* Rows to show: two fixed ones for true or false, else what there is and a few empty ones to begin with. */
    visible(name, shape) {
      if (name === "truefalse") return FIXED.map((id) => this.choices.find((row) => row.id === id) || empty(id));
      const rows = this.choices.filter((row) => !FIXED.includes(row.id));
      while (rows.length < shape.least) rows.push(empty());
      return shape.fixed ? rows.slice(0, shape.most) : rows;
    }

    draw() {
      const name = this.kind?.value || "single";
      const shape = KINDS[name];
      this.choices = this.visible(name, shape);
      this.rowsTarget.replaceChildren(...this.choices.map((row, index) => this.row(row, index, name, shape)));
      this.rowsTarget.dataset.kind = name;
      this.hintTarget.textContent = shape.hint ? this.label(shape.hint) : "";
      this.addTarget.textContent = this.label(shape.add || "add");
      this.addTarget.hidden = Boolean(shape.fixed) || this.choices.length >= (shape.most || Infinity);
    }

    row(choice, index, name, shape) {
      const number = index + 1;
      const item = document.createElement("li");
      item.className = "lms-choices__row";
      if (shape.mark) item.append(this.mark(choice, index, name));
      if (shape.numbered) item.append(this.word(`${number}.`, "lms-choices__place"));
      for (const [part, label] of shape.fields) {
        const given = name === "truefalse" && part === "text";
        item.append(
          given
            ? this.word(this.label(choice.id), "lms-choices__word")
            : this.field(choice, part, this.label(label, number)),
        );
      }
      if (!shape.fixed) {
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

    word(text, className) {
      const word = document.createElement("span");
      word.className = className;
      word.textContent = text;
      return word;
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
      this.choices.push(empty());
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
      const kept = this.choices.filter(
        (row) => FIXED.includes(row.id) || row.text.trim() || row.right || row.pair?.trim(),
      );
      this.inputTarget.value = JSON.stringify(kept);
      this.inputTarget.dispatchEvent(new Event("input", { bubbles: true }));
      this.inputTarget.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  window.wagtail.app.register("lms-choices", ChoicesController);
})();
