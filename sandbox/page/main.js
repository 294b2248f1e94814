/** The chat page: two phones (three with a stranger), one live connection, one bar above them. */

import * as api from "./api.js";
import { makeBar } from "./bar.js";
import { makePhone } from "./phone.js";
import { follow, pause } from "./stream.js";
import { applyTheme } from "./theme.js";

const STRANGERS = ["Игорь", "Анна", "Тимур", "Вера", "Павел", "Лия"];
const FIRST_STRANGER_ID = 2001;
const PATIENCE_MS = [300, 1000, 2000, 4000];

applyTheme();

const query = new URLSearchParams(location.search);
const place = /** @type {HTMLElement} */ (document.getElementById("phones"));
const roles = Object.entries(await api.roles().catch(() => ({})));
const bar = makeBar({ onStranger: () => void addStranger() });
const phones = [
  makePhone("admin", person("admin", 1001, "Мария")),
  makePhone("tester", person("tester", 1002, "Олег")),
];
let bot = /** @type {{id: number, first_name: string, username: string} | null} */ (null);
let commandsWanted = false;

place.append(...phones.map((phone) => phone.element));
bar.show(phones);
if (query.get("stranger")) await openStranger(person("stranger", FIRST_STRANGER_ID, STRANGERS[0]));
await live();

/** Somebody named by the address, `?admin=1001&admin_name=Мария`, or else by the sandbox's command line. */
function person(role, id, name) {
  const given = roles.find(([, other]) => other === role)?.[0];
  return { id: Number(query.get(role) ?? given) || id, first_name: query.get(`${role}_name`) || name, language_code: "ru" };
}

/** Stay connected for as long as the page is open. */
async function live() {
  let misses = 0;
  for (;;) {
    try {
      const known = await api.users();
      for (const phone of phones) await introduce(phone, known);
      bot = await findBot();
      const read = await Promise.all(phones.map(readChat));
      const onOpen = () => {
        misses = 0;
        setLink("online");
      };
      await follow({ botId: bot.id, after: Math.min(...read), onOpen, onEvent: distribute });
    } catch (error) {
      if (!(error instanceof api.Unreachable) && !(error instanceof api.Refused)) throw error;
    }
    setLink("offline");
    await pause(PATIENCE_MS[Math.min(misses, PATIENCE_MS.length - 1)]);
    misses += 1;
  }
}

/** Make the owner of a phone known to the sandbox, or learn what the sandbox calls them. */
async function introduce({ store }, known) {
  const { id, ...fields } = store.state.user;
  const user = known.find((other) => other.id === id) ?? (await api.putUser(id, fields));
  store.set({ user }, "status", "messages");
}

/** Wait until a bot has called; the first one is ours. */
async function findBot() {
  for (;;) {
    const found = await api.bots();
    if (found.length > 0) return found.find(({ id }) => id === Number(query.get("bot"))) ?? found[0];
    bot = null;
    // A sandbox that knows no bot was started anew: the old messages are gone there too.
    const nothing = { bot, link: /** @type {const} */ ("waiting"), messages: new Map(), loaded: false };
    for (const { store } of phones) store.set(nothing, "status", "messages");
    bar.setLink("waiting");
    await pause(1000);
  }
}

/** @returns {Promise<number>} number of the last event that the chat contains */
function readChat({ store }) {
  const { id } = /** @type {NonNullable<typeof bot>} */ (bot);
  store.set({ bot }, "status");
  return store.sync(api.chat(id, store.state.user.id).read);
}

function setLink(link) {
  for (const { store } of phones) store.set({ link }, "status");
  bar.setLink(link);
}

function distribute(kind, id, data) {
  if (kind === "bot") {
    if (data.id !== bot?.id) return;
    bot = data;
    for (const { store } of phones) store.set({ bot }, "status");
  } else if (kind === "commands") {
    readCommands();
  } else {
    const chatId = data.chat?.id ?? data.chat_id;
    for (const phone of phones) if (kind === "user" || phone.store.state.user.id === chatId) phone.take(kind, id, data);
    // Menus speak the language of their reader.
    if (kind === "user") readCommands();
  }
}

/** Read menus and descriptions anew; a bot sets several scopes in a row, which needs one reading only. */
function readCommands() {
  if (commandsWanted) return;
  commandsWanted = true;
  setTimeout(async () => {
    commandsWanted = false;
    for (const { store } of phones) {
      if (!bot) return;
      const chat = await api.chat(bot.id, store.state.user.id).read().catch(() => null);
      if (chat) store.set({ commands: chat.commands ?? [], description: chat.description }, "commands", "status");
    }
  }, 80);
}

/** A phone for somebody whom the bot has never seen. */
async function addStranger() {
  const known = await api.users().catch(() => []);
  const taken = new Set(known.map(({ id }) => id));
  let id = FIRST_STRANGER_ID;
  while (taken.has(id)) id += 1;
  await openStranger({ id, first_name: STRANGERS[(id - FIRST_STRANGER_ID) % STRANGERS.length], language_code: "ru" });
}

async function openStranger(user) {
  const phone = makePhone("stranger", user, { onClose: () => closeStranger(phone) });
  phones.push(phone);
  place.append(phone.element);
  remember("stranger", String(user.id));
  bar.show(phones, "stranger");
  if (!bot) return;
  const { link } = phones[0].store.state;
  await api.users().then((known) => introduce(phone, known)).then(() => readChat(phone)).catch(() => null);
  phone.store.set({ link }, "status");
}

function closeStranger(phone) {
  phones.splice(phones.indexOf(phone), 1);
  phone.element.remove();
  remember("stranger", null);
  bar.show(phones, "admin");
}

/** Keep the stranger's phone over a reload. */
function remember(name, value) {
  const url = new URL(location.href);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  history.replaceState(null, "", url);
}
