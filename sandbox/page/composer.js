/** Where a person writes: words, files, commands, answers to a message, changes of an own one. */

import { attachmentTray } from "./attachments.js";
import { commandMenu, matching } from "./commands.js";
import { button, h, icon } from "./dom.js";
import { fullName, preview } from "./format.js";
import { inOrder, isOwn } from "./store.js";

const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

/**
 * @typedef {object} ComposerActions
 * @property {(text: string) => void} sendText
 * @property {(message: Record<string, any>, text: string) => void} saveEdit
 * @property {(attached: import("./attachments.js").Attached[], caption: string) => void} sendFiles
 * @property {(comment: string) => void} sendForward
 * @property {(pick: {files: () => void, photos: () => void, sample: () => void}) => void} openAttachments
 * @property {(message: Record<string, any>) => void} edit
 * @property {() => void} cancel
 * @property {() => Promise<void>} settled
 */

/**
 * Make the composer of one phone.
 *
 * @param {import("./store.js").Store} store
 * @param {ComposerActions} actions
 * @param {string} id unique on the page
 * @returns {{element: HTMLElement, focus: () => void, addFiles: (files: File[]) => void, restore: (text: string) => void}}
 */
export function makeComposer(store, actions, id) {
  const area = /** @type {HTMLTextAreaElement} */ (
    h("textarea", {
      class: "composer-area", rows: "1", placeholder: "Сообщение", "aria-label": "Сообщение", enterkeyhint: "send", dir: "auto",
      "aria-autocomplete": "list", "aria-controls": `${id}-commands`, "data-testid": "composer",
    })
  );
  const send = button(
    { class: "icon-button send", "aria-label": "Отправить", title: "Отправить (Enter)", "data-testid": "send", onclick: submit },
    icon("send"),
  );
  const menuToggle = button(
    { class: "menu-button", "aria-controls": `${id}-commands`, "aria-label": "Меню команд", title: "Команды бота", "data-testid": "menu" },
    "/",
  );
  const files = picker({ "aria-label": "Выбрать файл", "data-testid": "attach" }, "document");
  const photos = picker({ "aria-label": "Выбрать фотографию", "data-testid": "attach-photo", accept: "image/*" }, "photo");
  const attach = button(
    { class: "icon-button", "aria-label": "Прикрепить", "aria-haspopup": "dialog", title: "Прикрепить", "data-testid": "attachments" },
    icon("attach"),
  );
  const bar = h("div", { class: "compose-bar", hidden: true });
  const tray = attachmentTray(() => refresh());
  const menu = commandMenu({ id: `${id}-commands`, onChoose: (command) => { clear(); actions.sendText(command); area.focus(); } });
  const row = h("div", { class: "composer-row" }, menuToggle, area, files, photos, attach, send);
  const element = h("div", { class: "composer" }, menu.element, bar, tray.element, row);
  let editing = /** @type {Record<string, any> | null} */ (null);
  // What was being written when an edit began comes back after it.
  let draft = "";

  function picker(props, kind) {
    const input = /** @type {HTMLInputElement} */ (h("input", { type: "file", multiple: true, class: "offscreen", tabindex: "-1", ...props }));
    input.addEventListener("change", () => {
      tray.add(input.files ?? [], kind);
      // Emptied, so that choosing the same file again is a change again.
      input.value = "";
      area.focus();
    });
    return input;
  }

  function refresh() {
    if (!GROWS_BY_ITSELF) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
    }
    send.disabled = !area.value.trim() && tray.count === 0 && !store.state.forward;
    send.replaceChildren(icon(editing ? "check" : "send"));
    send.setAttribute("aria-label", editing ? "Сохранить" : "Отправить");
    menuToggle.setAttribute("aria-expanded", String(menu.isOpen));
    if (menu.activeId) area.setAttribute("aria-activedescendant", menu.activeId);
    else area.removeAttribute("aria-activedescendant");
  }

  function write(text) {
    area.value = text;
    menu.close();
    refresh();
  }

  const clear = () => write("");

  function submit() {
    const text = area.value.trim();
    if (editing) {
      if (!text) return;
      const message = editing;
      actions.cancel();
      actions.saveEdit(message, text);
    } else if (store.state.forward) {
      clear();
      actions.sendForward(text);
    } else if (tray.count > 0) {
      clear();
      actions.sendFiles(tray.take(), text);
    } else if (text) {
      clear();
      actions.sendText(text);
    }
    area.focus();
  }

  function onKey(event) {
    // Enter that ends a choice of an input method (Chinese, Japanese) belongs to that method.
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (menu.isOpen && step) menu.move(step);
    else if (menu.isOpen && event.key === "Enter" && menu.chosen) choose(menu.chosen);
    else if (menu.isOpen && event.key === "Tab" && !event.shiftKey && menu.first && area.value) write(`${menu.chosen ?? menu.first} `);
    else if (event.key === "Enter" && !event.shiftKey) submit();
    else if (event.key === "Escape") escape();
    else if (event.key === "ArrowUp" && !area.value && !editing && tray.count === 0) editLast();
    else return;
    event.preventDefault();
    refresh();
  }

  function choose(command) {
    clear();
    actions.sendText(command);
  }

  function escape() {
    if (menu.isOpen) menu.close();
    else if (editing || store.state.replyTo || store.state.forward) actions.cancel();
    else if (tray.count > 0) tray.take();
    refresh();
  }

  async function editLast() {
    await actions.settled();
    if (area.value || editing) return;
    const last = inOrder(store.state).findLast((message) => isOwn(store.state, message) && message.text !== undefined);
    if (last) actions.edit(last);
  }

  area.addEventListener("input", () => {
    menu.show(editing ? [] : matching(store.state.commands, area.value));
    refresh();
  });
  area.addEventListener("keydown", onKey);
  area.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    tray.add(files);
  });
  const sample = () => {
    tray.addSample();
    area.focus();
  };
  attach.addEventListener("click", () => {
    actions.openAttachments({ files: () => files.click(), photos: () => photos.click(), sample });
  });
  menuToggle.addEventListener("click", () => {
    if (menu.isOpen) menu.close();
    else menu.show(store.state.commands, "У бота пока нет команд");
    area.focus();
    refresh();
  });
  element.addEventListener("focusout", (event) => {
    if (element.contains(/** @type {Node | null} */ (event.relatedTarget))) return;
    menu.close();
    refresh();
  });

  store.subscribe(["compose"], (state) => {
    if (state.editing !== editing) {
      if (!editing) draft = area.value;
      write(state.editing ? (state.editing.text ?? state.editing.caption ?? "") : draft);
      editing = state.editing;
      area.setSelectionRange(area.value.length, area.value.length);
    }
    area.placeholder = state.placeholder || "Сообщение";
    const about = state.editing ?? state.forward ?? state.replyTo;
    bar.hidden = !about;
    bar.replaceChildren(...(about ? barFor(about, state, actions.cancel) : []));
    refresh();
  });
  store.subscribe(["commands"], (state) => {
    if (!menu.isOpen) return;
    if (area.value) menu.show(matching(state.commands, area.value));
    else menu.show(state.commands, "У бота пока нет команд");
  });

  return {
    element,
    focus: () => area.focus({ preventScroll: true }),
    addFiles: (files) => { tray.add(files); area.focus(); },
    restore: (text) => area.value || write(text),
  };
}

function barFor(message, { editing, forward, quote }, cancel) {
  const name = fullName(message.from ?? {});
  const title = editing ? "Изменение" : forward ? `Переслать: ${name}` : `${quote ? "Ответ на слова" : "Ответ"}: ${name}`;
  return [
    icon(editing ? "edit" : forward ? "forward" : "reply"),
    h("span", { class: "compose-words" }, h("strong", {}, title), h("span", {}, quote ? `«${quote.text}»` : preview(message))),
    button({ class: "icon-button", "aria-label": "Отменить", title: "Отменить (Escape)", onclick: cancel }, icon("close")),
  ];
}
