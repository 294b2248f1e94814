/** Files that are about to be sent: chosen, dropped or pasted; shown as chips above the composer. */

/** @typedef {{kind: "document" | "photo", file?: File}} Attached without a file: the sandbox's own picture */

import { button, h, icon } from "./dom.js";
import { size } from "./format.js";

/**
 * Make the tray of one phone.
 *
 * @param {() => void} onChange
 */
export function attachmentTray(onChange) {
  const element = h("div", { class: "tray", "data-testid": "tray", hidden: true });
  let attached = /** @type {Attached[]} */ ([]);

  function show() {
    element.replaceChildren(...attached.map(chip));
    element.hidden = attached.length === 0;
    onChange();
  }

  function chip(each) {
    const { kind, file } = each;
    const name = file?.name ?? "Пробная фотография";
    const remove = () => {
      attached = attached.filter((other) => other !== each);
      show();
    };
    return h(
      "div",
      { class: "chip" },
      icon("file"),
      h("span", { class: "chip-name" }, name),
      h("span", { class: "chip-size" }, [kind === "photo" && file ? "фото" : "", size(file?.size)].filter(Boolean).join(" · ")),
      button({ class: "chip-remove", "aria-label": `Убрать ${name}`, onclick: remove }, icon("close")),
    );
  }

  return {
    element,
    get count() {
      return attached.length;
    },

    /** @param {Iterable<File>} files @param {"document" | "photo"} [kind] */
    add(files, kind = "document") {
      attached = [...attached, ...[...files].map((file) => ({ kind, file }))];
      show();
    },

    /** Add the sandbox's own picture. */
    addSample() {
      attached = [...attached, { kind: "photo" }];
      show();
    },

    /** Hand the files over and empty the tray. @returns {Attached[]} */
    take() {
      const taken = attached;
      attached = [];
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
