/** What a person can do on their phone; whatever goes wrong is said on that phone. */

import { chat, Refused, Unreachable } from "./api.js";
import { copyText } from "./dom.js";
import { preview } from "./format.js";
import { IDLE, isOwn, pressKey } from "./store.js";

const MOST_IN_ALBUM = 10;
const FACES = ["👍", "👎", "❤", "🔥", "😁", "😢", "🤔", "🙏"];

/**
 * The actions of one phone.
 *
 * @param {import("./store.js").Store} store
 * @param {import("./overlay.js").Overlay} overlay
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

  const cancel = () => store.set(IDLE, "compose");

  /** What is being answered, once: the next message answers nothing. An answer stays in its topic. */
  function takeManner() {
    const { replyTo, quote } = state;
    if (!replyTo) return {};
    cancel();
    const { message_id: id, message_thread_id: topic } = replyTo;
    return { reply_to_message_id: id, ...(quote && { quote }), ...(topic && { message_thread_id: topic }) };
  }

  /** @param {Record<string, any>} message; @returns {string[]} the owner's reactions to it */
  const ownFaces = (message) =>
    (state.reactions.get(message.message_id) ?? []).filter((each) => each.user_id === state.user.id).map((each) => each.reaction.emoji);

  /** @param {Record<string, any>} message */
  const canEdit = (message) =>
    isOwn(state, message) && !message.forward_origin && Boolean(message.text ?? message.caption ?? message.photo ?? message.document);

  return {
    cancel,

    /** Settles when everything that was sent so far has arrived. @returns {Promise<void>} */
    settled: () => queue,

    /** @param {string} text */
    async sendText(text) {
      const manner = takeManner();
      // What was not sent goes back to where it was written.
      if (!(await inTurn(async (api) => store.confirm(await api.write(text, manner))))) views.restore(text);
    },

    /** @param {import("./attachments.js").Attached[]} attached @param {string} caption of the first file */
    async sendFiles(attached, caption) {
      let fields = { caption, ...takeManner() };
      for (const { kind, files } of albums(attached)) {
        const sent = fields;
        await inTurn((api) => api.media(kind, files, sent));
        fields = {};
      }
    },

    /** Send a voice message or a sticker of the sandbox's own. @param {"voice" | "sticker"} kind */
    async sendSample(kind) {
      const manner = takeManner();
      await inTurn((api) => api.media(kind, [], manner));
    },

    /** Forward what was chosen. @param {string} comment may be empty */
    async sendForward(comment) {
      const { forward } = state;
      cancel();
      if (forward) await inTurn((api) => api.forward(forward.message_id, comment));
    },

    /** Put a reaction, or take the same one back. @param {Record<string, any>} message @param {string} face */
    async react(message, face) {
      const faces = ownFaces(message).includes(face) ? [] : [face];
      await inTurn((api) => api.react(message.message_id, faces));
    },

    /** @param {Record<string, any>} message @param {number} option */
    async vote(message, option) {
      await inTurn((api) => api.vote(message.message_id, [option]));
    },

    /**
     * Offer what can be done with a message.
     *
     * @param {Record<string, any>} message
     * @param {{text: string, position?: number} | null} selected the part of it that is selected
     */
    openMenu(message, selected) {
      const own = ownFaces(message);
      overlay.sheet({
        title: "Что сделать с сообщением",
        faces: FACES.map((face) => ({ label: face, pressed: own.includes(face), act: () => this.react(message, face) })),
        items: [
          { label: "Ответить", act: () => this.reply(message), testid: "reply" },
          selected && { label: `Ответить на «${preview({ text: selected.text })}»`, act: () => this.reply(message, selected), testid: "quote" },
          { label: "Переслать", act: () => this.forward(message), testid: "forward" },
          canEdit(message) && { label: "Изменить", act: () => this.edit(message), testid: "edit" },
          { label: "Удалить", act: () => inTurn((api) => api.remove(message.message_id)), testid: "delete", danger: true },
        ].filter(Boolean),
      });
    },

    /** Offer what can be sent besides words. @param {{files: () => void, photos: () => void, sample: () => void}} pick */
    openAttachments(pick) {
      overlay.sheet({
        title: "Что прикрепить",
        items: [
          { label: "Файл…", act: pick.files, testid: "pick-file" },
          { label: "Фотография…", act: pick.photos, testid: "pick-photo" },
          { label: "Пробная фотография", act: pick.sample, testid: "sample-photo" },
          { label: "Пробное голосовое", act: () => this.sendSample("voice"), testid: "sample-voice" },
          { label: "Пробный стикер", act: () => this.sendSample("sticker"), testid: "sample-sticker" },
        ],
      });
    },

    /** @param {Record<string, any>} message @param {string} text */
    async saveEdit(message, text) {
      if (text === (message.text ?? message.caption)) return;
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

    /** @param {Record<string, any>} message @param {{text: string, position?: number} | null} [quote] */
    reply(message, quote = null) {
      store.set({ ...IDLE, replyTo: message, quote }, "compose");
      views.focusComposer();
    },

    /** @param {Record<string, any>} message */
    forward(message) {
      store.set({ ...IDLE, forward: message }, "compose");
      views.focusComposer();
    },

    /** @param {Record<string, any>} message */
    edit(message) {
      if (!canEdit(message)) return;
      store.set({ ...IDLE, editing: message }, "compose");
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

/** Attached files as Telegram sends them: at most ten of one kind together. @param {import("./attachments.js").Attached[]} attached */
function albums(attached) {
  const found = [];
  for (const { kind, file } of attached) {
    const last = found.at(-1);
    // A sample has no file, and each is a message of its own.
    if (last?.kind === kind && file && last.files.length > 0 && last.files.length < MOST_IN_ALBUM) last.files.push(file);
    else found.push({ kind, files: file ? [file] : [] });
  }
  return found;
}

/** @param {unknown} error; @returns {string} */
function explain(error) {
  if (error instanceof Unreachable) return "Песочница не отвечает. Попробуйте ещё раз, когда связь вернётся.";
  if (error instanceof Refused) return `Песочница не приняла: ${error.message}`;
  throw error;
}
