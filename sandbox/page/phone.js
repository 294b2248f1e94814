/** One phone: puts its store, its views and its actions together. */

import { makeActions } from "./actions.js";
import { acceptDrops } from "./attachments.js";
import { makeComposer } from "./composer.js";
import { button, h, icon } from "./dom.js";
import { safeUrl } from "./entities.js";
import { clock, fullName, initial, preview } from "./format.js";
import { messageList } from "./messages.js";
import { makeOverlay, menuButton } from "./overlay.js";
import { Store } from "./store.js";

const ROLES = { admin: "администратор", tester: "тестировщик", stranger: "незнакомец" };

/** @param {"admin" | "tester" | "stranger"} role; @returns {string} its name in Russian */
export const roleName = (role) => ROLES[role];

/**
 * Make a phone.
 *
 * @param {"admin" | "tester" | "stranger"} role
 * @param {{id: number, first_name: string}} user
 * @param {{onClose?: () => void}} [options] onClose: what closing it does; without it the phone stays
 * @returns {{element: HTMLElement, store: Store, role: string, take: (kind: string, id: number, data: any) => void}}
 */
export function makePhone(role, user, { onClose } = {}) {
  const store = new Store(user);
  const screen = h("div", { class: "screen" });
  const overlay = makeOverlay(screen);
  const actions = makeActions(store, overlay, {
    jumpTo: (id) => list.jumpTo(id),
    focusComposer: () => composer.focus(),
    restore: (text) => composer.restore(text),
  });
  const list = messageList(store, actions);
  const composer = makeComposer(store, actions, `phone-${role}`);
  const unblock = button({ class: "unblock", "data-testid": "unblock", onclick: () => actions.setBlocked(false) }, "Разблокировать");
  const foot = h("footer", { class: "foot" }, composer.element, unblock);
  const start = button({ class: "primary start", "data-testid": "start", onclick: () => actions.sendText("/start") }, "Запустить");
  const empty = h("div", { class: "empty", hidden: true });

  list.element.append(empty);
  screen.append(ownerStrip(store, role, onClose), lockScreen(store), header(store, actions), list.element, foot);
  const element = h(
    "section",
    { class: "phone", id: `phone-${role}`, "data-testid": `phone-${role}`, "data-role": role, "aria-label": `Телефон: ${fullName(user)}, ${ROLES[role]}` },
    screen,
    overlay.element,
    h("div", { class: "drop-here", "aria-hidden": "true" }, icon("attach"), h("span", {}, "Отпустите файл здесь")),
  );
  acceptDrops(element, (files) => composer.addFiles(files));

  store.subscribe(["status", "messages"], (state) => {
    composer.element.hidden = !state.bot || state.blocked;
    unblock.hidden = !state.bot || !state.blocked;
    empty.hidden = state.bot ? !state.loaded || state.messages.size > 0 : false;
    // Filled only when shown: a button that is rebuilt under the pointer loses the click.
    const wanted = empty.hidden ? "" : state.bot ? `bot ${state.bot.first_name} ${state.description}` : "waiting";
    if (empty.dataset.shows === wanted) return;
    empty.dataset.shows = wanted;
    empty.replaceChildren(...(wanted === "" ? [] : state.bot ? greeting(state.bot, state.description, start) : waiting()));
  });

  function take(kind, id, data) {
    if (kind === "callback_answer") answer(data, overlay);
    store.apply(kind, id, data);
  }

  return { element, store, role, take };
}

/** The line where a real phone has its clock: whose phone this is. */
function ownerStrip(store, role, onClose) {
  const name = h("span", { class: "owner-name" });
  const label = "Убрать этот телефон";
  const close = onClose && button(
    { class: "icon-button owner-close", "aria-label": label, title: label, "data-testid": "close-phone", onclick: onClose },
    icon("close"),
  );
  store.subscribe(["status"], (state) => (name.textContent = fullName(state.user)));
  const words = [icon("person"), name, h("span", { class: "owner-role" }, ROLES[role]), h("span", { class: "owner-id" }, `id ${store.state.user.id}`)];
  return h("div", { class: "owner" }, ...words, close);
}

/** What a locked phone would show: the last message that rang. */
function lockScreen(store) {
  const time = h("time", {});
  const words = h("span", { class: "lock-words" });
  const title = "Последнее, что прозвенело";
  const strip = h("div", { class: "lock-screen", title, hidden: true, "data-testid": "lock-screen" }, icon("bell"), time, words);
  store.subscribe(["messages"], ({ rings, messages }) => {
    const last = messages.get(Math.max(0, ...[...rings].filter((each) => messages.has(each))));
    strip.hidden = !last;
    if (!last) return;
    time.textContent = clock(last.date);
    words.textContent = preview(last);
  });
  return strip;
}

function header(store, actions) {
  const avatar = h("span", { class: "avatar", "aria-hidden": "true" });
  const name = h("h2", { class: "bot-name" });
  const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const typing = h("span", { class: "typing", "data-testid": "typing", hidden: true }, "печатает", dots);
  const status = h("span", { class: "status" });
  const menu = menuButton({ "aria-label": "Меню чата", title: "Меню чата", "data-testid": "phone-menu" }, icon("more"), () => [
    store.state.blocked
      ? { label: "Разблокировать бота", act: () => actions.setBlocked(false), testid: "menu-unblock" }
      : { label: "Заблокировать бота", act: () => actions.setBlocked(true), testid: "block", danger: true },
  ]);

  store.subscribe(["status"], (state) => {
    const { bot, link } = state;
    avatar.textContent = bot ? initial(bot.first_name) : "…";
    name.textContent = bot?.first_name ?? "Бот";
    menu.hidden = !bot;
    typing.hidden = !bot || link !== "online" || state.action !== "typing";
    status.hidden = !typing.hidden;
    status.classList.toggle("trouble", link === "offline");
    if (link === "offline") status.textContent = "связи нет, соединяемся…";
    else if (!bot) status.textContent = "ещё не подключился";
    else status.textContent = state.blocked ? "заблокирован" : bot.username ? `бот · @${bot.username}` : "бот";
  });
  return h("header", { class: "chat-head" }, avatar, h("div", { class: "chat-title" }, name, typing, status), menu);
}

function greeting(bot, description, start) {
  if (description) return [h("p", { class: "empty-title" }, "Что умеет этот бот?"), h("p", { class: "description" }, description), start];
  return [
    h("p", { class: "empty-title" }, "Разговор ещё не начат"),
    h("p", {}, `Нажмите «Запустить»: бот «${bot.first_name}» получит команду /start.`),
    start,
  ];
}

function waiting() {
  return [
    h("p", { class: "empty-title" }, "Бот ещё не подключился"),
    h("p", {}, "Запустите его с адресом этой песочницы в TELEGRAM_API_URL:"),
    h("p", {}, h("code", { class: "code" }, location.origin)),
    h("p", {}, "Он появится здесь сам, обновлять страницу не нужно."),
  ];
}

function answer({ text, show_alert: showAlert, url }, overlay) {
  const address = safeUrl(url ?? undefined);
  if (text && showAlert) overlay.alert(text);
  else if (text) overlay.toast(text);
  if (url && address) overlay.toast("Бот предлагает открыть ссылку", address);
}
