/** The bar above the phones: the state of the connection, the theme, a stranger, and tabs on a narrow screen. */

import { button, h, icon } from "./dom.js";
import { fullName } from "./format.js";
import { roleName } from "./phone.js";
import { unread } from "./store.js";
import { themeToggle } from "./theme.js";

/** @typedef {ReturnType<typeof import("./phone.js").makePhone>} Phone */

/**
 * Complete the bar that index.html begins.
 *
 * @param {{onStranger: () => void}} options
 */
export function makeBar({ onStranger }) {
  const bar = /** @type {HTMLElement} */ (document.getElementById("bar"));
  const link = h("p", { class: "link", role: "status", "data-testid": "connection", hidden: true });
  const stranger = button(
    { class: "bar-button", "data-testid": "add-stranger", onclick: onStranger },
    icon("person"), h("span", {}, "Добавить незнакомца"),
  );
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Телефоны" });
  bar.append(link, h("div", { class: "bar-buttons" }, stranger, themeToggle()), tabs);
  const watched = new WeakSet();
  let made = new Map();

  /** On a narrow screen exactly one phone is in front. */
  function choose(role) {
    document.body.dataset.phone = role;
    for (const [name, { tab }] of made) {
      tab.setAttribute("aria-selected", String(name === role));
      tab.tabIndex = name === role ? 0 : -1;
    }
  }

  function makeTab(phone) {
    const name = h("span", {});
    const badge = h("span", { class: "badge", hidden: true });
    const tab = button(
      { class: "tab", role: "tab", "aria-controls": phone.element.id, "data-testid": `tab-${phone.role}`, onclick: () => choose(phone.role) },
      name,
      h("span", { class: "tab-role" }, roleName(phone.role)),
      badge,
    );
    const show = (state) => {
      const count = unread(state);
      name.textContent = fullName(state.user);
      badge.hidden = count === 0;
      badge.textContent = count > 99 ? "99+" : String(count);
      tab.setAttribute("aria-label", count > 0 ? `${fullName(state.user)}, новых сообщений: ${count}` : fullName(state.user));
    };
    return { tab, show };
  }

  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const roles = [...made.keys()];
    const next = roles[(roles.indexOf(document.body.dataset.phone ?? "") + step + roles.length) % roles.length];
    choose(next);
    made.get(next).tab.focus();
  });

  return {
    /**
     * Show a tab for each phone.
     *
     * @param {Phone[]} phones
     * @param {string} [front] role of the phone to bring to the front
     */
    show(phones, front = "admin") {
      made = new Map(phones.map((phone) => [phone.role, made.get(phone.role) ?? makeTab(phone)]));
      for (const phone of phones) {
        if (watched.has(phone)) continue;
        watched.add(phone);
        phone.store.subscribe(["messages", "status"], (state) => made.get(phone.role)?.show(state));
      }
      tabs.replaceChildren(...[...made.values()].map(({ tab }) => tab));
      stranger.disabled = phones.some(({ role }) => role === "stranger");
      choose(front);
    },

    /** @param {"waiting" | "online" | "offline"} state */
    setLink(state) {
      link.hidden = state !== "offline";
      link.textContent = state === "offline" ? "Связи нет, соединяемся…" : "";
    },
  };
}
