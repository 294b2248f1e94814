/** Telegram's message entities as DOM nodes. Offsets are UTF-16 units, exactly as JavaScript counts. */

import { button, h, icon } from "./dom.js";

/**
 * @typedef {{type: string, offset: number, length: number, url?: string, language?: string, user?: {id: number}}} Entity
 * @typedef {{sendText: (text: string) => void, copy: (text: string) => void}} TextActions
 */

const SCHEMES = new Set(["http:", "https:", "tg:", "mailto:"]);
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };

/**
 * An address that is safe to follow.
 *
 * @param {string | undefined} address
 * @returns {string | null} null for any scheme that could run code or surprise
 */
export function safeUrl(address) {
  const words = (address ?? "").trim();
  const full = /^[a-z][a-z0-9+.-]*:(?!\d+(\/|$))/i.test(words) ? words : `http://${words}`;
  try {
    const url = new URL(full);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * A link, or only its words when the address is not safe.
 *
 * @param {string | undefined} address
 * @param {Node | string} content
 * @param {string} [className]
 */
export function link(address, content, className) {
  const href = safeUrl(address);
  if (!href) return h("span", { class: className }, content);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: href, class: className }, content);
}

/**
 * Render words with their entities.
 *
 * @param {string} text
 * @param {Entity[] | undefined} entities
 * @param {TextActions} actions
 * @returns {DocumentFragment}
 */
export function renderText(text, entities, actions) {
  const sound = (entities ?? []).filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset < text.length);
  return build(text, 0, text.length, sound.sort(outerFirst), actions);
}

/** Earlier first; of two that begin together the longer one, and blocks around everything else. */
function outerFirst(a, b) {
  return a.offset - b.offset || b.length - a.length || Number(BLOCKS.has(b.type)) - Number(BLOCKS.has(a.type));
}

function build(text, start, end, entities, actions) {
  const fragment = document.createDocumentFragment();
  let queue = entities;
  let at = start;
  while (queue.length > 0) {
    const [entity, ...others] = queue;
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    const { inside, beyond } = divide(others, to);
    if (to > from) {
      if (from > at) fragment.append(text.slice(at, from));
      const content = build(text, from, to, inside, actions);
      fragment.append(wrap(entity, content, text.slice(from, to), actions));
      at = to;
      // A block ends its line by itself: the line break behind it would show as an empty line.
      if (BLOCKS.has(entity.type) && at < end && text[at] === "\n") at += 1;
    }
    queue = to > from ? beyond : others;
  }
  if (at < end) fragment.append(text.slice(at, end));
  return fragment;
}

/** Split what follows at *to*; an entity that crosses it counts on both sides. */
function divide(entities, to) {
  const inside = entities.filter((entity) => entity.offset < to);
  const crossing = inside
    .filter((entity) => entity.offset + entity.length > to)
    .map((entity) => ({ ...entity, offset: to, length: entity.offset + entity.length - to }));
  const behind = entities.filter((entity) => entity.offset >= to);
  return { inside, beyond: [...crossing, ...behind].sort(outerFirst) };
}

/** @returns {Node} the content dressed as its entity; unknown entities stay plain words */
function wrap(entity, content, raw, actions) {
  switch (entity.type) {
    case "bold":
    case "italic":
    case "underline":
    case "strikethrough":
      return h(TAGS[entity.type], {}, content);
    case "spoiler":
      return spoiler(content);
    case "code":
      return pressable("code", { class: "code", title: "Скопировать" }, content, () => actions.copy(raw));
    case "pre":
      return codeBlock(entity.language, content, () => actions.copy(raw));
    case "blockquote":
      return h("blockquote", { class: "quote" }, content);
    case "expandable_blockquote":
      return expandable(content, raw);
    case "text_link":
      return link(entity.url, content);
    case "url":
      return link(raw, content);
    case "email":
      return link(`mailto:${raw}`, content);
    case "bot_command":
      return pressable("span", { class: "command" }, content, () => actions.sendText(raw));
    case "text_mention":
      return h("span", { class: "mention", title: `id ${entity.user?.id ?? "?"}` }, content);
    case "mention":
    case "hashtag":
    case "cashtag":
      return h("span", { class: "mention" }, content);
    default:
      return content;
  }
}

/** Words that act like a button; a real one would break lines as a single box. */
function pressable(tag, props, content, act) {
  const onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  };
  return h(tag, { role: "button", tabindex: "0", ...props, onclick: act, onkeydown }, content);
}

function spoiler(content) {
  const show = () => {
    element.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) element.removeAttribute(name);
  };
  const element = pressable("span", { class: "spoiler", "aria-label": "Скрытый текст, показать" }, h("span", {}, content), show);
  // Until it is opened, a link or a command under the cover must not be followed by accident.
  const cover = (event) => {
    if (element.classList.contains("shown")) return;
    event.preventDefault();
    event.stopPropagation();
    show();
  };
  element.addEventListener("click", cover, true);
  return element;
}

function codeBlock(language, content, copy) {
  const head = h(
    "span",
    { class: "pre-head" },
    h("span", {}, language || "код"),
    button({ class: "pre-copy", onclick: copy, "aria-label": "Скопировать код", title: "Скопировать" }, icon("copy")),
  );
  return h("div", { class: "pre" }, head, h("pre", { tabindex: "0" }, h("code", {}, content)));
}

function expandable(content, raw) {
  const body = h("div", { class: "quote-body" }, content);
  const quote = h("blockquote", { class: "quote" }, body);
  // Measuring would need layout; a guess by length errs on the side of showing everything.
  if (raw.length < 110 && raw.split("\n").length <= 3) return quote;
  quote.classList.add("folded");
  const toggle = button({ class: "quote-toggle", "aria-expanded": "false" }, "Показать целиком");
  toggle.addEventListener("click", () => {
    const folded = quote.classList.toggle("folded");
    toggle.textContent = folded ? "Показать целиком" : "Свернуть";
    toggle.setAttribute("aria-expanded", String(!folded));
  });
  quote.append(toggle);
  return quote;
}
