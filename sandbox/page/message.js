/** One message: a bubble with its keyboard. Parts that did not change are left alone, so edits do not flicker. */

import { renderContent, renderOrigin, renderReactions, ringMark } from "./contents.js";
import { button, h, icon } from "./dom.js";
import { renderText } from "./entities.js";
import { clock, fullName, lineOf, preview } from "./format.js";
import { markPressed, renderKeyboard, replaceKeyboard } from "./keyboard.js";
import { renderMedia } from "./media.js";

/**
 * @typedef {import("./entities.js").TextActions & import("./keyboard.js").KeyboardActions & {
 *   reply: (message: Record<string, any>) => void,
 *   edit: (message: Record<string, any>) => void,
 *   vote: (message: Record<string, any>, option: number) => void,
 *   openMenu: (message: Record<string, any>, selected: {text: string, position?: number} | null) => void,
 *   jumpTo: (messageId: number) => void,
 *   focusComposer: () => void,
 * }} MessageActions
 * @typedef {{own: boolean, first: boolean, last: boolean, joined: boolean, state: import("./store.js").PhoneState}} Place
 *   where the message stands: whose it is, first and last of a run by one sender, joined to the next of its album
 * @typedef {{element: HTMLElement, openMenu: () => void, update: (message: Record<string, any>, place: Place) => void}} MessageView
 */

/**
 * Make the view of one message.
 *
 * @param {MessageActions} actions
 * @returns {MessageView}
 */
export function messageView(actions) {
  let current = /** @type {Record<string, any>} */ ({});
  const parts = { quote: slot(), media: slot(), words: slot("words"), meta: slot(), origin: slot(), content: slot(), reactions: slot() };
  const body = h("div", { class: "body" }, parts.words.element, parts.meta.element);
  const bubble = h(
    "div",
    { class: "bubble" },
    parts.origin.element, parts.quote.element, parts.media.element, parts.content.element, body, parts.reactions.element,
  );
  const stack = h("div", { class: "stack" }, bubble);
  const tools = h("div", { class: "tools" });
  const element = h("article", { class: "message", tabindex: "-1" }, stack, tools);
  let keyboard = /** @type {HTMLElement | null} */ (null);
  let keys = "";

  bubble.addEventListener("dblclick", (event) => {
    // A double click on something that can be pressed or marked means that thing.
    if (/** @type {Element} */ (event.target).closest("a, button, [role=button], pre")) return;
    getSelection()?.removeAllRanges();
    actions.reply(current);
  });

  return {
    element,
    openMenu,
    update(message, place) {
      if (message !== current) draw(message, place);
      current = message;
      drawMarks(message, place);
      element.classList.toggle("first", place.first);
      element.classList.toggle("last", place.last);
      element.classList.toggle("joined", place.joined);
      if (keyboard) markPressed(keyboard, place.state.pressed);
    },
  };

  /** What may change while the message stays the same. */
  function drawMarks(message, { own, state }) {
    const reactions = state.reactions.get(message.message_id) ?? [];
    const rang = state.rings.has(message.message_id);
    parts.reactions.fill(reactions, () => renderReactions(reactions, state.user.id));
    parts.meta.fill([message.date, own && message.edit_date, rang], () => metaOf(message, own, rang));
  }

  function draw(message, { own, state }) {
    const words = message.text ?? message.caption ?? "";
    const entities = message.entities ?? message.caption_entities;
    const media = [message.photo, message.document, message.animation, message.video, message.audio, message.voice, message.sticker];
    const content = [message.rich_message, message.poll, lineOf(message)];
    const strange = !words && [...media, ...content].every((thing) => !thing);
    element.dataset.messageId = message.message_id;
    element.className = `message ${own ? "out" : "in"}`;
    element.setAttribute("aria-label", `${own ? "Вы" : fullName(message.from ?? {})}, ${clock(message.date)}`);
    parts.origin.fill([message.forward_origin, message.message_thread_id], () => renderOrigin(message, state.topics));
    parts.content.fill(content, () => renderContent(message, actions));
    parts.quote.fill([message.reply_to_message?.message_id, message.quote], () => quoteOf(message, actions));
    parts.media.fill(media, () => renderMedia(message));
    parts.words.fill([words, entities, strange], () => (strange ? strangeNote() : renderText(words, entities, actions)));
    bubble.classList.toggle("with-photo", Boolean(message.photo));
    bubble.classList.toggle("wordless", !words && !strange);
    bubble.classList.toggle("only-emoji", isOnlyEmoji(words) && !message.reply_to_message && media.every((thing) => !thing));
    drawKeyboard(message);
    drawTools();
  }

  function drawKeyboard(message) {
    const wanted = JSON.stringify(message.reply_markup ?? null);
    if (wanted === keys) return;
    keys = wanted;
    const fresh = renderKeyboard(message, { ...actions, press: (_, data) => actions.press(current, data) });
    replaceKeyboard(keyboard, fresh, stack);
    keyboard = fresh;
    stack.classList.toggle("with-keyboard", Boolean(fresh));
  }

  /** Out of the tab order: a long chat would need hundreds of presses; the log has keys of its own. */
  function drawTools() {
    if (tools.childElementCount > 0) return;
    const tool = (name, label, act) => button(
      // A press must not undo the selection, which may be what is quoted.
      { class: "tool", tabindex: "-1", "aria-label": label, title: label, onclick: act, onmousedown: (event) => event.preventDefault() },
      icon(name),
    );
    tools.append(
      tool("reply", "Ответить", () => actions.reply(current)),
      tool("more", "Ещё", openMenu),
    );
  }

  function openMenu() {
    actions.openMenu(current, selectedIn(current, [parts.words.element, parts.content.element]));
  }
}

/**
 * The part of a message that is selected, with its place when the message has plain words.
 *
 * @returns {{text: string, position?: number} | null}
 */
function selectedIn(message, places) {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const place = places.find((each) => each.contains(range.commonAncestorContainer));
  const text = range.toString().trim();
  if (!place || !text) return null;
  const words = message.text ?? message.caption;
  if (words === undefined) return { text };
  const before = document.createRange();
  before.setStart(place, 0);
  before.setEnd(range.startContainer, range.startOffset);
  // Blocks swallow line ends, so what was counted is a place to look from.
  const about = before.toString().length;
  const found = [...words.matchAll(new RegExp(RegExp.escape?.(text) ?? text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "g"))].map((match) => match.index);
  const position = found.sort((a, b) => Math.abs(a - about) - Math.abs(b - about))[0];
  return position === undefined ? null : { text, position };
}

/** A place in the bubble that is redrawn only when what it shows has changed. */
function slot(name = "") {
  const element = h("div", { class: `slot ${name}`.trim() });
  let shown = "";
  return {
    element,
    /** @param {unknown} value @param {() => Node | null} draw */
    fill(value, draw) {
      const wanted = JSON.stringify(value);
      if (wanted === shown) return;
      shown = wanted;
      element.replaceChildren(...[draw()].filter((node) => node !== null));
    },
  };
}

function quoteOf(message, actions) {
  const original = message.reply_to_message;
  if (!original) return null;
  const name = h("span", { class: "reply-name" }, fullName(original.from ?? {}) || "Сообщение");
  const words = h("span", { class: "reply-words" }, message.quote ? `«${message.quote.text}»` : preview(original));
  return button({ class: message.quote ? "reply-quote exact" : "reply-quote", onclick: () => actions.jumpTo(original.message_id) }, name, words);
}

function metaOf(message, own, rang) {
  const time = h("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date));
  // A bot's edits are its way of speaking (cards, growing answers), so only people's are marked.
  const edited = own && message.edit_date ? h("span", { class: "edited" }, "изменено ") : null;
  return h("span", { class: "meta" }, edited, ringMark(message, rang), time);
}

const strangeNote = () => h("em", { class: "strange" }, "Такие сообщения песочница показывать не умеет");

function isOnlyEmoji(words) {
  return words.length <= 24 && /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(words);
}
