/** What messages carry besides words and files: where they come from, polls, formatted blocks, reactions. */

import { button, h, icon } from "./dom.js";
import { clock, fullName, lineOf } from "./format.js";

/**
 * The line above a forwarded message, or one in a topic.
 *
 * @param {Record<string, any>} message
 * @param {Record<string, string>} topics their names
 * @returns {HTMLElement | null}
 */
export function renderOrigin(message, topics) {
  const lines = [];
  if (message.message_thread_id) lines.push(`тема: ${topics[message.message_thread_id] ?? message.message_thread_id}`);
  const origin = message.forward_origin;
  const from = origin && (origin.sender_user ? fullName(origin.sender_user) : origin.sender_user_name ?? origin.chat?.title ?? "канал");
  if (from) lines.push(`переслано: ${from}`);
  return lines.length > 0 ? h("p", { class: "origin" }, lines.join(" · ")) : null;
}

/**
 * A message's content that is neither words nor a file.
 *
 * @param {Record<string, any>} message
 * @param {{vote: (message: Record<string, any>, option: number) => void}} actions
 * @returns {Node | null} null when it has none
 */
export function renderContent(message, actions) {
  if (message.poll) return renderPoll(message, actions);
  if (message.rich_message) return h("div", { class: "rich" }, ...message.rich_message.blocks.map(block));
  const line = lineOf(message);
  return line && h("p", { class: "service" }, line);
}

function renderPoll(message, actions) {
  const { poll } = message;
  const kind = [poll.type === "quiz" ? "Викторина" : "Опрос", poll.is_closed && "закрыт", `голосов: ${poll.total_voter_count}`];
  const option = ({ text, voter_count: count }, number) => button(
    { class: "poll-option", disabled: poll.is_closed, onclick: () => actions.vote(message, number) },
    h("span", {}, text), h("span", { class: "poll-count" }, String(count)),
  );
  return h("div", { class: "poll" }, h("p", { class: "poll-question" }, poll.question), ...poll.options.map(option), h("p", { class: "service" }, kind.filter(Boolean).join(" · ")));
}

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", subscript: "sub", superscript: "sup", marked: "mark" };

/** Rich text as nodes; what is not known is shown as its plain words. */
function inline(rich) {
  if (typeof rich === "string") return document.createTextNode(rich);
  const nodes = document.createDocumentFragment();
  if (Array.isArray(rich)) nodes.append(...rich.map(inline));
  else if (rich) nodes.append(h(TAGS[rich.type] ?? "span", {}, inline(rich.text ?? rich.expression ?? rich.alternative_text ?? "")));
  return nodes;
}

function block(each) {
  const inner = [...(each.blocks ?? []), ...(each.items ?? [])].map(block);
  switch (each.type) {
    case "heading":
      return h("p", { class: "rich-heading" }, inline(each.text));
    case "pre":
      return h("pre", { class: "rich-pre", tabindex: "0" }, inline(each.text));
    case "divider":
      return h("hr", {});
    case "blockquote":
    case "expandable_blockquote":
      return h("blockquote", { class: "quote" }, ...inner, inline(each.credit ?? ""));
    case "table":
      return h("table", {}, ...each.cells.map((row) => h("tr", {}, ...row.map((cell) => h(cell.is_header ? "th" : "td", {}, inline(cell.text ?? ""))))));
    default:
      return h("div", {}, each.label ? `${each.label} ` : null, inline(each.summary ?? each.text ?? each.expression ?? ""), ...inner);
  }
}

/**
 * Reactions below a bubble.
 *
 * @param {Array<{user_id: number, reaction: {emoji: string}}>} reactions
 * @param {number} ownId of the phone's owner
 * @returns {HTMLElement | null}
 */
export function renderReactions(reactions, ownId) {
  if (reactions.length === 0) return null;
  const chip = ({ user_id: id, reaction }) => h("span", { class: "reaction" }, `${reaction.emoji}`, h("span", { class: "reaction-who" }, id === ownId ? " вы" : " бот"));
  return h("p", { class: "reactions", "aria-label": "Реакции" }, ...reactions.map(chip));
}

/** A bell with the time, for messages that made the phone ring. @param {Record<string, any>} message @param {boolean} rang */
export function ringMark(message, rang) {
  const title = `Телефон прозвенел в ${clock(message.date)}`;
  return rang ? h("span", { class: "rang", role: "img", "aria-label": title, title }, icon("bell")) : null;
}
