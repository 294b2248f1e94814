/** The sandbox's own API, as the chat page speaks it. */

/**
 * @typedef {object} Manner how a message is sent
 * @property {number} [reply_to_message_id]
 * @property {{text: string, position?: number}} [quote]
 * @property {number} [message_thread_id]
 */

/** The sandbox said no; `message` is its sentence. */
export class Refused extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Nobody answered: the sandbox is not running. */
export class Unreachable extends Error {}

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw new Unreachable(String(error));
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(answer?.error ?? answer?.detail ?? response.statusText, response.status);
  return answer;
}

/** Bots that ever called. @returns {Promise<Array<{id: number, username: string, first_name: string}>>} */
export const bots = () => call("GET", "/sandbox/bots");

/** Everybody the sandbox knows. */
export const users = () => call("GET", "/sandbox/users");

/** The roles that people were given on the command line. @returns {Promise<Record<string, string>>} by user id */
export const roles = () => call("GET", "/sandbox/roles");

/**
 * Create or change a person.
 *
 * @param {number} id
 * @param {{first_name: string, last_name?: string, username?: string, language_code?: string}} fields
 */
export const putUser = (id, fields) => call("PUT", `/sandbox/users/${id}`, fields);

/** @param {string} fileId; @returns {string} where a file can be seen or downloaded */
export const fileUrl = (fileId) => `/sandbox/files/${encodeURIComponent(fileId)}`;

/**
 * Everything a person can do in the private chat with a bot.
 *
 * @param {number} botId
 * @param {number} chatId
 */
export function chat(botId, chatId) {
  const base = `/sandbox/bots/${botId}/chats/${chatId}`;
  return {
    /** The chat as it is now. */
    read: () => call("GET", base),

    /** @param {string} text @param {Manner} manner */
    write: (text, manner) => call("POST", `${base}/messages`, { text, ...manner }),

    /**
     * Send files; several are an album, none is one of the sandbox's own.
     *
     * @param {"photo" | "voice" | "sticker" | "document"} kind
     * @param {File[]} files
     * @param {{caption?: string} & Manner} fields
     */
    media(kind, files, fields) {
      const form = new FormData();
      form.append("kind", kind);
      for (const file of files) form.append("file", file, file.name);
      const { quote, ...others } = fields;
      for (const [name, value] of Object.entries({ ...others, quote: quote?.text })) if (value) form.append(name, String(value));
      return call("POST", `${base}/media`, form);
    },

    /** @param {number} messageId @param {string} comment */
    forward: (messageId, comment) => call("POST", `${base}/forwards`, { message_ids: [messageId], comment }),

    /** @param {number} messageId @param {string[]} emoji */
    react: (messageId, emoji) => call("POST", `${base}/messages/${messageId}/reactions`, { emoji }),

    /** @param {number} messageId @param {number[]} options */
    vote: (messageId, options) => call("POST", `${base}/messages/${messageId}/vote`, { option_ids: options }),

    /** @param {number} messageId */
    remove: (messageId) => call("DELETE", `${base}/messages/${messageId}`),

    /** @param {number} messageId @param {string} text */
    edit: (messageId, text) => call("PATCH", `${base}/messages/${messageId}`, { text }),

    /** @param {number} messageId @param {string} data; @returns {Promise<{callback_query_id: string}>} */
    press: (messageId, data) => call("POST", `${base}/messages/${messageId}/press`, { data }),

    /** @param {boolean} blocked */
    block: (blocked) => call("POST", `${base}/block`, { blocked }),
  };
}
