/** What slides over one phone and waits for a choice: the bot's alerts, and lists of things to do. */

import { button, h } from "./dom.js";

/**
 * @typedef {{label: string, act: () => void, testid?: string, danger?: boolean}} Item
 * @typedef {{title: string, faces?: Array<{label: string, pressed: boolean, act: () => void}>, items: Item[]}} Sheet
 */

/**
 * Lay a box over the phone until it is closed; what is below cannot be reached meanwhile.
 *
 * @param {HTMLElement} element where it is shown
 * @param {HTMLElement} underneath
 * @param {HTMLElement} box
 * @param {boolean} takesFocus whether its first button is focused
 * @returns {() => void} closes it
 */
export function lay(element, underneath, box, takesFocus) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const shade = h("div", { class: "shade" }, box);
  const close = () => {
    shade.remove();
    underneath.inert = element.querySelector(".shade") !== null;
    if (takesFocus) focused?.focus({ preventScroll: true });
  };
  shade.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  element.append(shade);
  underneath.inert = true;
  if (takesFocus) /** @type {HTMLElement | null} */ (box.querySelector("button"))?.focus({ preventScroll: true });
  return close;
}

/**
 * Show a list of things to do at the foot of the phone.
 *
 * @param {HTMLElement} element where it is shown
 * @param {HTMLElement} underneath
 * @param {Sheet} sheet
 */
export function showSheet(element, underneath, { title, faces = [], items }) {
  const choose = (act) => () => {
    close();
    act();
  };
  const row = faces.length > 0 && h(
    "div",
    { class: "faces", role: "group", "aria-label": "Реакция" },
    ...faces.map(({ label, pressed, act }) => button({ class: "face", "aria-pressed": String(pressed), onclick: choose(act) }, label)),
  );
  const list = items.map(({ label, act, testid, danger }) =>
    button({ class: danger ? "sheet-item danger" : "sheet-item", "data-testid": testid, onclick: choose(act) }, label),
  );
  const cancel = button({ class: "sheet-item sheet-cancel", onclick: () => close() }, "Отмена");
  const box = h("div", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title, "data-testid": "sheet" }, row, ...list, cancel);
  const close = lay(element, underneath, box, true);
  box.parentElement?.classList.add("low");
  box.parentElement?.addEventListener("click", (event) => event.target === box.parentElement && close());
}
