/** What a person can do on their phone; whatever goes wrong is said on that phone. */

import { chat, Refused, Unreachable } from "./api.js";
import { copyText } from "./dom.js";
import { split } from "./format.js";
import { isOwn, pressKey } from "./store.js";

/**
 * The actions of one phone.
 *
 * @param {import("./store.js").Store} store
 * @param {{toast: (text: string) => void}} overlay
 * @param {{jumpTo: (id: number) => void, focusComposer: () => void, restore: (text: string) => void}} views
 */
export function makeActions(store, overlay, views) {
  const { state } = store;
  // One request at a time: what is sent first arrives first, however quickly a person types.
  let queue = Promise.resolve();

  /** @param {(api: ReturnType<typeof chat>) => Promise<unknown>} work; @returns {Promise<boolean>} whether it worked */
  function inTurn(work) {
    const turn = queue.then(async () => {
      if (!state.bot) return false;
      try {
        await work(chat(state.bot.id, state.user.id));
        return true;
      } catch (error) {
        overlay.toast(explain(error));
        return false;
      }
    });
    queue = turn.then(() => undefined);
    return turn;
  }

  /** The message being answered, once: the next message answers nothing. */
  function takeReply() {
    const id = state.replyTo?.message_id;
    if (id) store.set({ replyTo: null }, "compose");
    return id;
  }

  const cancel = () => store.set({ replyTo: null, editing: null }, "compose");

  return {
    cancel,

    /** Settles when everything that was sent so far has arrived. @returns {Promise<void>} */
    settled: () => queue,

    /** @param {string} text */
    async sendText(text) {
      const replyTo = takeReply();
      const parts = split(text);
      for (const [index, part] of parts.entries()) {
        if (await inTurn(async (api) => store.confirm(await api.write(part, index === 0 ? replyTo : undefined)))) continue;
        // What was not sent goes back to where it was written.
        views.restore(parts.slice(index).join("\n"));
        return;
      }
    },

    /** @param {File[]} files @param {string} caption of the first file */
    async sendFiles(files, caption) {
      const replyTo = takeReply();
      for (const [index, file] of files.entries()) {
        const first = index === 0;
        await inTurn((api) => api.upload(file, first ? caption : undefined, first ? replyTo : undefined));
      }
    },

    /** @param {Record<string, any>} message @param {string} text */
    async saveEdit(message, text) {
      if (text === message.text) return;
      await inTurn((api) => api.edit(message.message_id, text));
    },

    /** @param {Record<string, any>} message @param {string} data */
    async press(message, data) {
      const key = pressKey(message.message_id, data);
      if (!state.bot || state.pressed.has(key)) return;
      store.press(key);
      try {
        const { callback_query_id: queryId } = await chat(state.bot.id, state.user.id).press(message.message_id, data);
        store.awaitAnswer(key, queryId);
      } catch (error) {
        store.release(key);
        overlay.toast(error instanceof Refused && error.status === 409 ? "Этой кнопки уже нет" : explain(error));
      }
    },

    /** @param {boolean} blocked */
    async setBlocked(blocked) {
      if (await inTurn((api) => api.block(blocked))) store.set({ blocked }, "status");
    },

    /** @param {Record<string, any>} message */
    reply(message) {
      store.set({ replyTo: message, editing: null }, "compose");
      views.focusComposer();
    },

    /** @param {Record<string, any>} message */
    edit(message) {
      if (!isOwn(state, message) || message.text === undefined) return;
      store.set({ editing: message, replyTo: null }, "compose");
      views.focusComposer();
    },

    /** @param {string} text */
    async copy(text) {
      overlay.toast((await copyText(text)) ? "Скопировано" : "Скопировать не получилось");
    },

    jumpTo: views.jumpTo,
    focusComposer: views.focusComposer,
  };
}

/** @param {unknown} error; @returns {string} */
function explain(error) {
  if (error instanceof Unreachable) return "Песочница не отвечает. Попробуйте ещё раз, когда связь вернётся.";
  if (error instanceof Refused) return `Песочница не приняла: ${error.message}`;
  throw error;
}
