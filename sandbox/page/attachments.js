/** Files that are about to be sent: chosen, dropped or pasted; shown as chips above the composer. */

import { button, h, icon } from "./dom.js";
import { size } from "./format.js";

/**
 * Make the tray of one phone.
 *
 * @param {() => void} onChange
 */
export function attachmentTray(onChange) {
  const element = h("div", { class: "tray", "data-testid": "tray", hidden: true });
  let files = /** @type {File[]} */ ([]);

  function show() {
    element.replaceChildren(...files.map(chip));
    element.hidden = files.length === 0;
    onChange();
  }

  function chip(file) {
    const remove = () => {
      files = files.filter((other) => other !== file);
      show();
    };
    return h(
      "div",
      { class: "chip" },
      icon("file"),
      h("span", { class: "chip-name" }, file.name),
      h("span", { class: "chip-size" }, size(file.size)),
      button({ class: "chip-remove", "aria-label": `Убрать ${file.name}`, onclick: remove }, icon("close")),
    );
  }

  return {
    element,
    get count() {
      return files.length;
    },

    /** @param {Iterable<File>} more */
    add(more) {
      files = [...files, ...more];
      show();
    },

    /** Hand the files over and empty the tray. @returns {File[]} */
    take() {
      const taken = files;
      files = [];
      show();
      return taken;
    },
  };
}

/**
 * Let files be dropped anywhere on *target*.
 *
 * @param {HTMLElement} target
 * @param {(files: File[]) => void} onFiles
 */
export function acceptDrops(target, onFiles) {
  // Leaving a child looks like leaving the target, so enters and leaves are counted.
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const mark = () => target.classList.toggle("dropping", depth > 0);
  target.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    mark();
  });
  target.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    mark();
  });
  target.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  target.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    onFiles([...event.dataTransfer.files]);
  });
}
