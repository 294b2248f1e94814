/** Words and numbers for people. */

const CLOCK = new Intl.DateTimeFormat("ru", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long" });
const DAY_OF_YEAR = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long", year: "numeric" });
const NUMBER = new Intl.NumberFormat("ru", { maximumFractionDigits: 1 });

/** @param {number} seconds Unix time */
export const clock = (seconds) => CLOCK.format(seconds * 1000);

/** @param {number} seconds Unix time; @returns {string} the same for all moments of one local day */
export const dayKey = (seconds) => new Date(seconds * 1000).toDateString();

/**
 * "Сегодня", "Вчера" or the date.
 *
 * @param {number} seconds Unix time
 * @param {Date} [now]
 */
export function day(seconds, now = new Date()) {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === now.toDateString()) return "Сегодня";
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === yesterday.toDateString()) return "Вчера";
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_OF_YEAR).format(date);
}

/** @param {number | undefined} bytes; @returns {string} such as "12,3 КБ"; empty when unknown */
export function size(bytes) {
  if (bytes === undefined || bytes === null) return "";
  const units = ["Б", "КБ", "МБ", "ГБ"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${NUMBER.format(value)} ${units[unit]}`;
}

/** The first letter of a name, as a person counts letters: an emoji is one. @param {string} name */
export const initial = (name) => (Array.from(name.trim())[0] ?? "?").toUpperCase();

/** @param {{first_name?: string, last_name?: string}} user */
export const fullName = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");

/**
 * The file of a message other than a photo, whatever Telegram calls it.
 *
 * @param {Record<string, any>} message
 * @returns {{file_id: string, file_name: string, file_size?: number} | null}
 */
export function fileOf(message) {
  const kinds = {
    document: "Файл",
    animation: "Анимация",
    video: "Видео",
    audio: "Аудио",
    voice: "Голосовое",
    sticker: "Стикер",
    video_note: "Видеосообщение",
  };
  for (const [kind, title] of Object.entries(kinds)) {
    const file = message[kind];
    if (file) return { file_id: file.file_id, file_size: file.file_size, file_name: file.file_name || title };
  }
  return null;
}

/** @param {Record<string, any>} message; @returns {string | null} one line for a small thing */
export function lineOf(message) {
  const { dice, contact, location, poll, forum_topic_created: topic } = message;
  if (dice) return `${dice.emoji} ${dice.value}`;
  if (contact) return `Контакт: ${fullName(contact)}, ${contact.phone_number}`;
  if (location) return `Место: ${location.latitude}, ${location.longitude}`;
  if (poll) return `Опрос: ${poll.question}`;
  return topic ? `Начата тема «${topic.name}»` : null;
}

/**
 * One line that stands for a message in quotes and bars.
 *
 * @param {Record<string, any>} message
 */
export function preview(message) {
  const words = message.text ?? message.caption ?? lineOf(message) ?? (message.rich_message && "Текст с оформлением");
  const file = fileOf(message);
  const kind = message.photo ? "Фотография" : file ? file.file_name : "";
  const line = [kind, words].filter(Boolean).join(" · ").replace(/\s+/g, " ").trim();
  const letters = Array.from(line);
  return letters.length > 120 ? `${letters.slice(0, 119).join("")}…` : line || "Сообщение";
}
