/** Pictures and files inside bubbles, and the enlarged picture over the page. */

import { fileUrl } from "./api.js";
import { button, h, icon } from "./dom.js";
import { fileOf, size } from "./format.js";

/**
 * Draw what a message carries besides words.
 *
 * @param {Record<string, any>} message
 * @returns {HTMLElement | null} null when it carries nothing
 */
export function renderMedia(message) {
  if (message.photo?.length) return renderPhoto(message);
  if (message.sticker) return renderSticker(message.sticker);
  if (message.voice) return renderVoice(message.voice);
  const file = fileOf(message);
  return file ? renderFile(file) : null;
}

function renderPhoto(message) {
  const photo = message.photo.reduce((best, next) => (next.width * next.height > best.width * best.height ? next : best));
  const source = fileUrl(photo.file_id);
  const words = message.caption ? `Фотография: ${message.caption.slice(0, 100)}` : "Фотография";
  // Width and height let the browser keep the place free, so nothing jumps when the picture arrives.
  const image = h("img", { src: source, width: photo.width, height: photo.height, alt: words, loading: "lazy", decoding: "async" });
  const broken = () => frame.classList.add("broken");
  image.addEventListener("error", broken);
  const frame = button({ class: "photo", "aria-label": `${words}. Увеличить`, onclick: () => enlarge(source, words) }, image);
  return frame;
}

function renderSticker(sticker) {
  const label = `Стикер ${sticker.emoji ?? ""}`.trim();
  return h("img", { class: "sticker", src: fileUrl(sticker.file_id), width: "144", height: "144", alt: label, title: label, decoding: "async" });
}

function renderVoice(voice) {
  const label = `Голосовое, ${voice.duration} с`;
  const player = h("audio", { src: fileUrl(voice.file_id), controls: true, preload: "none", "aria-label": label });
  return h("div", { class: "voice" }, h("span", {}, label), player);
}

function renderFile(file) {
  const extension = /\.([a-z0-9]{1,5})$/i.exec(file.file_name)?.[1] ?? "";
  return h(
    "a",
    { class: "file", href: fileUrl(file.file_id), download: file.file_name, title: `Скачать ${file.file_name}` },
    h("span", { class: "file-mark", "aria-hidden": "true" }, extension || icon("file")),
    h(
      "span",
      { class: "file-words" },
      h("span", { class: "file-name" }, file.file_name),
      h("span", { class: "file-size" }, [size(file.file_size), "скачать"].filter(Boolean).join(" · ")),
    ),
  );
}

/** Show a picture as large as the window; Escape or a click closes it. */
function enlarge(source, words) {
  const close = button({ class: "icon-button lightbox-close", "aria-label": "Закрыть", onclick: () => dialog.close() }, icon("close"));
  const dialog = /** @type {HTMLDialogElement} */ (
    h("dialog", { class: "lightbox", "aria-label": words }, h("img", { src: source, alt: words }), close)
  );
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
