/** Inline keyboards: rows of buttons under a bubble. */

import { button, h, icon } from "./dom.js";
import { safeUrl } from "./entities.js";
import { pressKey } from "./store.js";

/**
 * @typedef {object} KeyboardActions
 * @property {(message: Record<string, any>, data: string) => void} press
 * @property {(text: string) => void} copy
 */

/**
 * Draw a keyboard.
 *
 * @param {Record<string, any>} message
 * @param {KeyboardActions} actions
 * @returns {HTMLElement | null} null when the message has none
 */
export function renderKeyboard(message, actions) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (rows.length === 0) return null;
  return h(
    "div",
    { class: "keyboard" },
    ...rows.map((row) => h("div", { class: "keyboard-row" }, ...row.map((key) => renderKey(message, key, actions)))),
  );
}

function renderKey(message, key, actions) {
  const words = h("span", { class: "key-words" }, key.text);
  if (key.callback_data !== undefined) {
    const press = () => actions.press(message, key.callback_data);
    return button({ class: "key", "data-press": pressKey(message.message_id, key.callback_data), onclick: press }, words);
  }
  const href = key.url && safeUrl(key.url);
  if (href) {
    const mark = h("span", { class: "key-mark", "aria-hidden": "true" }, "↗");
    return h("a", { class: "key key-link", href, target: "_blank", rel: "noopener noreferrer", title: href }, words, mark);
  }
  if (key.copy_text) {
    return button({ class: "key", onclick: () => actions.copy(key.copy_text.text) }, words, icon("copy"));
  }
  return button({ class: "key", disabled: true, title: "Песочница не умеет нажимать такие кнопки" }, words);
}

/**
 * Show which buttons wait for their answer. Kept apart from drawing, so that a press does not redraw.
 *
 * @param {HTMLElement} keyboard
 * @param {Set<string>} pressed
 */
export function markPressed(keyboard, pressed) {
  for (const key of keyboard.querySelectorAll("[data-press]")) {
    const waits = pressed.has(key.getAttribute("data-press") ?? "");
    key.classList.toggle("waits", waits);
    if (waits) key.setAttribute("aria-busy", "true");
    else key.removeAttribute("aria-busy");
  }
}

/**
 * Put a new keyboard in the place of the old one; whoever stood on a button keeps their place.
 *
 * @param {HTMLElement | null} old
 * @param {HTMLElement | null} fresh
 * @param {HTMLElement} parent
 */
export function replaceKeyboard(old, fresh, parent) {
  const keys = old ? [...old.querySelectorAll(".key")] : [];
  const place = keys.indexOf(/** @type {Element} */ (document.activeElement));
  old?.remove();
  if (fresh) parent.append(fresh);
  if (place < 0 || !fresh) return;
  const next = [...fresh.querySelectorAll(".key")];
  /** @type {HTMLElement | undefined} */ (next[Math.min(place, next.length - 1)])?.focus({ preventScroll: true });
}
