/** What lies over one phone for a moment: notes, the bot's alerts, lists of things to do, and the phone's own menu. */

import { button, h } from "./dom.js";
import { lay, showSheet } from "./sheet.js";

/**
 * @typedef {object} Overlay
 * @property {HTMLElement} element
 * @property {(text: string, address?: string) => void} toast a short note that goes away by itself
 * @property {(text: string) => void} alert a note that waits for "Понятно"
 * @property {(sheet: import("./sheet.js").Sheet) => void} sheet a list of things to do
 */

/**
 * Make the overlay of one phone.
 *
 * @param {HTMLElement} underneath what an alert makes unreachable while it is open
 * @returns {Overlay}
 */
export function makeOverlay(underneath) {
  const toasts = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  const element = h("div", { class: "overlay" }, toasts);

  function toast(text, address) {
    const link = address && h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, "Открыть");
    const note = h("div", { class: "toast", "data-testid": "toast" }, h("span", {}, text), link);
    toasts.append(note);
    while (toasts.childElementCount > 3) toasts.firstElementChild?.remove();
    // Long notes stay longer: about 15 characters are read in a second.
    setTimeout(() => note.remove(), Math.min(12_000, 3_000 + text.length * 65));
  }

  function alert(text) {
    const ok = button({ class: "primary", onclick: () => close() }, "Понятно");
    const box = h(
      "div",
      { class: "alert", role: "alertdialog", "aria-modal": "true", "aria-label": "Сообщение бота", "data-testid": "alert" },
      h("p", {}, text), ok,
    );
    // Only who was on this phone is taken to the dialog: a bot must not pull the other phone's writer away.
    const close = lay(element, underneath, box, underneath.contains(document.activeElement));
  }

  return { element, toast, alert, sheet: (sheet) => showSheet(element, underneath, sheet) };
}

/**
 * A button that opens a small menu under itself.
 *
 * @param {Record<string, unknown>} props of the button
 * @param {Node} face what the button shows
 * @param {() => Array<{label: string, act: () => void, testid?: string, danger?: boolean}>} items read each time it opens
 * @returns {HTMLElement}
 */
export function menuButton(props, face, items) {
  const toggle = button({ class: "icon-button", "aria-haspopup": "menu", "aria-expanded": "false", ...props }, face);
  const menu = h("div", { class: "popup-menu", role: "menu", hidden: true });
  const element = h("div", { class: "menu-holder" }, toggle, menu);

  const close = (refocus = true) => {
    menu.hidden = true;
    toggle.setAttribute("aria-expanded", "false");
    if (refocus) toggle.focus();
  };
  const open = () => {
    menu.replaceChildren(
      ...items().map(({ label, act, testid, danger }) =>
        button({ role: "menuitem", tabindex: "-1", class: danger && "danger", "data-testid": testid, onclick: () => { close(); act(); } }, label),
      ),
    );
    menu.hidden = false;
    toggle.setAttribute("aria-expanded", "true");
    /** @type {HTMLElement} */ (menu.firstElementChild)?.focus();
  };
  toggle.addEventListener("click", () => (menu.hidden ? open() : close()));
  menu.addEventListener("keydown", (event) => {
    const all = /** @type {HTMLElement[]} */ ([...menu.children]);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(at + step + all.length) % all.length].focus();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  element.addEventListener("focusout", (event) => {
    if (!menu.hidden && !element.contains(/** @type {Node | null} */ (event.relatedTarget))) close(false);
  });
  return element;
}
