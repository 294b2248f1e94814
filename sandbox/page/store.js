/** What one phone knows. Views read `state` and are told what kind of thing has changed. */

/**
 * @typedef {Record<string, any>} Message a Bot API Message
 * @typedef {"messages" | "status" | "commands" | "compose"} Change
 * @typedef {object} PhoneState
 * @property {{id: number, first_name: string, last_name?: string}} user whose phone this is
 * @property {{id: number, first_name: string, username?: string} | null} bot null until one connects
 * @property {"waiting" | "online" | "offline"} link
 * @property {Map<number, Message>} messages
 * @property {string | null} action "typing" or null
 * @property {Array<{command: string, description: string}>} commands
 * @property {string} description what the bot says of itself
 * @property {boolean} blocked
 * @property {boolean} loaded whether the chat was ever read
 * @property {Set<string>} pressed buttons whose answer is awaited, see `pressKey`
 * @property {number} seen id of the newest message that was on the screen
 * @property {Set<number>} rings messages of the bot that made the phone ring
 * @property {Map<number, any[]>} reactions by message
 * @property {Record<string, string>} topics their names by id
 * @property {Message | null} replyTo
 * @property {string} placeholder what the field shows while a forced reply is written
 * @property {{text: string, position?: number} | null} quote the highlighted part of `replyTo`
 * @property {Message | null} forward what the next message forwards
 * @property {Message | null} editing
 */

/** A press that nobody answers stops spinning after this time, as in Telegram. */
const PRESS_PATIENCE_MS = 30_000;

/** Nothing is answered, changed or forwarded. */
export const IDLE = { replyTo: null, placeholder: "", quote: null, editing: null, forward: null };

/** @param {number} messageId @param {string} data */
export const pressKey = (messageId, data) => `${messageId}:${data}`;

/** @param {PhoneState} state; @returns {Message[]} oldest first */
export const inOrder = (state) => [...state.messages.values()].sort((a, b) => a.message_id - b.message_id);

/** @param {PhoneState} state @param {Message} message */
export const isOwn = (state, message) => message.from?.id === state.user.id;

/** @param {PhoneState} state; @returns {number} messages of the bot that were not on the screen yet */
export function unread(state) {
  let count = 0;
  for (const message of state.messages.values()) count += message.message_id > state.seen && !isOwn(state, message) ? 1 : 0;
  return count;
}

/** The store of one phone. */
export class Store {
  #listeners = new Map();
  #changes = new Set();
  #lastEvent = -1;
  #early = null;
  #queries = new Map();
  #answered = new Set();
  #patience = new Map();
  #gone = new Set();

  /** @param {PhoneState["user"]} user */
  constructor(user) {
    /** @type {PhoneState} */
    this.state = {
      user, bot: null, link: "waiting", messages: new Map(), action: null, commands: [], description: "", blocked: false,
      loaded: false, pressed: new Set(), seen: 0, rings: new Set(), reactions: new Map(), topics: {}, ...IDLE,
    };
  }

  /**
   * Call *view* when any of *changes* happened; several in one turn of the loop make one call.
   *
   * @param {Change[]} changes
   * @param {(state: PhoneState) => void} view
   */
  subscribe(changes, view) {
    this.#listeners.set(view, changes);
    view(this.state);
  }

  /** @param {Partial<PhoneState>} patch @param {...Change} changes */
  set(patch, ...changes) {
    Object.assign(this.state, patch);
    if (this.#changes.size === 0) queueMicrotask(() => this.#tell());
    for (const change of changes) this.#changes.add(change);
  }

  #tell() {
    const changes = new Set(this.#changes);
    this.#changes.clear();
    for (const [view, wanted] of this.#listeners) if (wanted.some((change) => changes.has(change))) view(this.state);
  }

  /**
   * Take the chat as the server has it; events that arrive while it is being read wait for it.
   *
   * @param {() => Promise<any>} read
   * @returns {Promise<number>} number of the last event that the answer contains
   */
  async sync(read) {
    this.#early = this.#early ?? [];
    try {
      const chat = await read();
      const messages = new Map(chat.messages.map((message) => [message.message_id, message]));
      const newest = Math.max(0, ...messages.keys());
      // What was there before the page was opened is not news.
      const seen = this.state.loaded ? Math.min(this.state.seen, newest) : newest;
      const { action, commands, description, blocked, topics } = chat;
      const reactions = new Map(Object.entries(chat.reactions).map(([id, shown]) => [Number(id), shown]));
      this.set({ rings: new Set(chat.rings), reactions, topics }, "messages");
      this.#lastEvent = chat.last_event;
      this.#gone.clear();
      this.set({ messages, action, commands: commands ?? [], description, blocked, seen, loaded: true }, "messages", "status", "commands", "compose");
      return chat.last_event;
    } finally {
      const early = this.#early ?? [];
      this.#early = null;
      for (const [kind, id, data] of early) this.apply(kind, id, data);
    }
  }

  /** Take one event of the stream; what the chat already contained is passed over. */
  apply(kind, id, data) {
    if (this.#early) return void this.#early.push([kind, id, data]);
    if (id <= this.#lastEvent) return;
    this.#lastEvent = id;
    if (kind === "message" || kind === "edited") this.#put(data);
    else if (kind === "deleted") this.#remove(data.message_id);
    else if (kind === "action") this.set({ action: data.action }, "status");
    else if (kind === "blocked") this.set({ blocked: data.blocked }, "status");
    else if (kind === "ring") this.#mark(() => this.state.rings.add(data.message_id));
    else if (kind === "reactions") this.#mark(() => this.state.reactions.set(data.message_id, data.reactions));
    else if (kind === "ask") this.#ask(data);
    else if (kind === "callback_answer") this.#answer(data.callback_query_id);
    else if (kind === "user" && data.id === this.state.user.id) this.set({ user: data }, "status", "messages");
  }

  /**
   * Add a message that the server has just confirmed; the stream may bring it, or its end, sooner or later.
   *
   * @param {Message} message
   */
  confirm(message) {
    if (!this.state.messages.has(message.message_id) && !this.#gone.has(message.message_id)) this.#put(message);
  }

  /** The bot asks for a reply (ForceReply); who writes something else already goes on with that. */
  #ask({ message_id: id, placeholder }) {
    const { editing, forward, messages } = this.state;
    if (!editing && !forward) this.set({ ...IDLE, replyTo: messages.get(id) ?? null, placeholder }, "compose");
  }

  #mark(change) {
    change();
    this.set({}, "messages");
  }

  #put(message) {
    this.state.messages.set(message.message_id, message);
    const topic = message.forum_topic_created;
    if (topic) this.state.topics[message.message_thread_id] = topic.name;
    this.set({}, "messages");
  }

  #remove(messageId) {
    this.state.messages.delete(messageId);
    this.#gone.add(messageId);
    const { editing, replyTo, forward } = this.state;
    if ([editing, replyTo, forward].some((message) => message?.message_id === messageId)) this.set(IDLE, "compose");
    this.set({}, "messages");
  }

  /** Show a button as pressed. @param {string} key */
  press(key) {
    this.release(key);
    this.state.pressed.add(key);
    this.#patience.set(key, setTimeout(() => this.release(key), PRESS_PATIENCE_MS));
    this.set({}, "messages");
  }

  /** The server gave the press a number; the bot's answer may have overtaken it. @param {string} key */
  awaitAnswer(key, queryId) {
    if (this.#answered.delete(String(queryId))) this.release(key);
    else this.#queries.set(String(queryId), key);
  }

  /** Stop a button's spinner. @param {string} key */
  release(key) {
    clearTimeout(this.#patience.get(key));
    this.#patience.delete(key);
    if (this.state.pressed.delete(key)) this.set({}, "messages");
  }

  #answer(queryId) {
    const key = this.#queries.get(String(queryId));
    if (key === undefined) this.#answered.add(String(queryId));
    else this.release(key);
    this.#queries.delete(String(queryId));
  }
}
