/** The live connection. One stream carries all phones: browsers allow only six connections to one server. */

const KINDS = ["message", "edited", "deleted", "action", "callback_answer", "commands", "blocked", "user", "bot", "ring", "ask", "reactions"];

/**
 * Pass on events until the connection breaks.
 *
 * The caller reconnects, not EventSource: after a break it reads the chats anew, so that nothing is
 * missed even when the sandbox was restarted and counts its events from the beginning.
 *
 * @param {{botId: number, after: number, onOpen: () => void, onEvent: (kind: string, id: number, data: any) => void}} options
 * @returns {Promise<void>} settles when the connection is lost
 */
export function follow({ botId, after, onOpen, onEvent }) {
  return new Promise((resolve) => {
    const source = new EventSource(`/sandbox/events?bot_id=${botId}&after=${after}`);
    const stop = () => {
      source.close();
      resolve();
    };
    source.addEventListener("open", onOpen);
    source.addEventListener("error", stop);
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => onEvent(kind, Number(event.lastEventId), JSON.parse(event.data)));
    }
    addEventListener("pagehide", stop, { once: true });
  });
}

/**
 * Wait, but not longer than until the network or the tab comes back.
 *
 * @param {number} ms
 * @returns {Promise<void>}
 */
export function pause(ms) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
  });
}
