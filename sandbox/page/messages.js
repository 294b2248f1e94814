/** The list of messages: days, runs of one sender, staying at the bottom, and the way back to it. */

import { button, calm, h, icon } from "./dom.js";
import { day, dayKey } from "./format.js";
import { messageView } from "./message.js";
import { inOrder, isOwn, unread } from "./store.js";

/** How many messages are drawn at first, and how many more on the way up: long chats stay light. */
const PAGE = 150;
/** Messages of one sender within this time stand close together. */
const RUN_S = 300;
/** Younger messages slide in; history just stands there. */
const FRESH_S = 5;
const NEAR_PX = 48;

/**
 * Make the scrolling list of one phone.
 *
 * @param {import("./store.js").Store} store
 * @param {import("./message.js").MessageActions} actions
 * @returns {{element: HTMLElement, jumpTo: (messageId: number) => void, toBottom: () => void}}
 */
export function messageList(store, actions) {
  const views = new Map();
  const days = new Map();
  const content = h("div", { class: "log-content" });
  const log = h(
    "div",
    { class: "log", role: "log", "aria-live": "polite", "aria-label": "Сообщения", tabindex: "0", "data-testid": "messages" },
    content,
  );
  const count = h("span", { class: "down-count" });
  const down = button({ class: "down", hidden: true, "data-testid": "down", onclick: () => toBottom(!calm()) }, icon("down"), count);
  let limit = PAGE;
  let total = 0;
  let stuck = true;
  let newestOwn = 0;
  let knownSize = "";

  const sizeNow = () => `${log.clientWidth} ${log.clientHeight} ${log.scrollHeight}`;
  const isShown = () => log.clientHeight > 0;
  const toBottom = (smooth = false) => {
    stuck = true;
    knownSize = sizeNow();
    log.scrollTo({ top: log.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    settle();
  };

  function draw(state) {
    const all = inOrder(state);
    // While somebody reads further up, nothing may vanish above them; at the bottom old pages are let go.
    if (stuck) limit = PAGE;
    else limit += Math.max(0, all.length - total);
    total = all.length;
    const shown = all.slice(-limit);
    const own = shown.findLast((message) => isOwn(state, message))?.message_id ?? 0;
    arrange(content, nodesFor(state, shown));
    for (const id of views.keys()) if (!state.messages.has(id)) views.delete(id);
    // Whoever writes wants to see what they wrote, wherever they had scrolled to.
    if (own > newestOwn) stuck = true;
    newestOwn = Math.max(own, newestOwn);
    if (stuck) toBottom();
    settle();
  }

  function nodesFor(state, shown) {
    const nodes = [];
    shown.forEach((message, index) => {
      const [before, after] = [shown[index - 1], shown[index + 1]];
      const key = dayKey(message.date);
      if (!before || dayKey(before.date) !== key) nodes.push(daySeparator(key, message.date));
      const known = views.get(message.message_id);
      const view = known ?? messageView(actions);
      views.set(message.message_id, view);
      const joined = Boolean(message.media_group_id) && after?.media_group_id === message.media_group_id;
      const place = { first: !sameRun(before, message), last: !sameRun(message, after), joined };
      view.update(message, { ...place, own: isOwn(state, message), state });
      if (!known && Date.now() / 1000 - message.date < FRESH_S) view.element.classList.add("fresh");
      nodes.push(view.element);
    });
    return nodes;
  }

  function daySeparator(key, date) {
    const separator = days.get(key) ?? h("div", { class: "day" }, h("span", {}, day(date)));
    days.set(key, separator);
    return separator;
  }

  /** Bring the arrow and the count of unread messages up to date. */
  function settle() {
    const newest = Math.max(0, ...store.state.messages.keys());
    if (stuck && isShown() && store.state.seen < newest) store.set({ seen: newest }, "status");
    const waiting = unread(store.state);
    down.hidden = stuck;
    count.textContent = waiting > 0 ? String(waiting) : "";
    down.setAttribute("aria-label", waiting > 0 ? `Вниз, новых сообщений: ${waiting}` : "Вниз");
  }

  log.addEventListener("scroll", () => {
    if (!isShown()) return;
    // A window that changes its size scrolls too, and that is nobody's wish to leave the bottom.
    if (stuck && sizeNow() !== knownSize) return toBottom();
    stuck = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    settle();
    if (log.scrollTop < 400 && limit < store.state.messages.size) showOlder();
  }, { passive: true });

  function showOlder() {
    const fromBottom = log.scrollHeight - log.scrollTop;
    limit += PAGE;
    draw(store.state);
    log.scrollTop = log.scrollHeight - fromBottom;
  }

  // Pictures that load, a keyboard on a phone's screen, a tab that opens: the bottom stays in sight.
  const watcher = new ResizeObserver(() => stuck && isShown() && toBottom());
  watcher.observe(content);
  watcher.observe(log);
  log.addEventListener("keydown", (event) => walk(event, log, store, actions, views));
  store.subscribe(["messages"], draw);

  function jumpTo(messageId) {
    const place = inOrder(store.state).findIndex((message) => message.message_id === messageId);
    if (place < 0) return;
    limit = Math.max(limit, store.state.messages.size - place + 10);
    stuck = false;
    draw(store.state);
    const { element } = views.get(messageId);
    element.scrollIntoView({ block: "center", behavior: calm() ? "instant" : "smooth" });
    element.classList.add("found");
    setTimeout(() => element.classList.remove("found"), 1600);
  }

  return { element: h("div", { class: "log-frame" }, log, down), jumpTo, toBottom };
}

function sameRun(a, b) {
  return Boolean(a && b) && a.from?.id === b.from?.id && b.date - a.date < RUN_S && dayKey(a.date) === dayKey(b.date);
}

/** Make *parent* hold exactly *nodes*, moving as little as possible: moved nodes lose focus and scroll. */
function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const node of nodes) {
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
}

/** Arrows walk through the messages, Enter replies, F2 edits an own one, the menu key opens its menu; letters go to the composer. */
function walk(event, log, store, actions, views) {
  const all = [...log.querySelectorAll(".message")];
  const at = all.indexOf(/** @type {Element} */ (event.target));
  if (event.target !== log && at < 0) return;
  const go = { ArrowUp: at < 0 ? all.length - 1 : Math.max(0, at - 1), ArrowDown: at < 0 ? all.length - 1 : at + 1 }[event.key];
  if (go !== undefined && all[go]) {
    event.preventDefault();
    all[go].focus({ preventScroll: true });
    all[go].scrollIntoView({ block: "nearest" });
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // Focus moves before the letter is written, so the letter arrives in the composer too.
  if (event.key.length === 1 && event.key !== " ") return void actions.focusComposer();
  const message = at < 0 ? undefined : store.state.messages.get(Number(all[at].dataset.messageId));
  if (message && (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey))) views.get(message.message_id).openMenu();
  else if (message && event.key === "Enter") actions.reply(message);
  else if (message && event.key === "F2") actions.edit(message);
  else return;
  event.preventDefault();
}
