/** The menu of the bot's commands: opened by its button, or filtered while a "/" is being typed. */

import { h } from "./dom.js";

/** @typedef {{command: string, description: string}} BotCommand */

/**
 * The commands that what is typed may become.
 *
 * @param {BotCommand[]} commands
 * @param {string} typed
 * @returns {BotCommand[]} none when no command is being typed
 */
export function matching(commands, typed) {
  if (!/^\/\w*$/.test(typed)) return [];
  return commands.filter(({ command }) => command.startsWith(typed.slice(1).toLowerCase()));
}

/**
 * Make the menu of one phone.
 *
 * @param {{id: string, onChoose: (command: string) => void}} options
 */
export function commandMenu({ id, onChoose }) {
  const element = h(
    "div",
    { class: "commands", id, role: "listbox", "aria-label": "Команды бота", "data-testid": "commands", hidden: true },
  );
  // The writer's place stays in the composer while an option is clicked.
  element.addEventListener("mousedown", (event) => event.preventDefault());
  let shown = /** @type {BotCommand[]} */ ([]);
  let active = -1;

  function mark(index) {
    active = index;
    [...element.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    element.children[active]?.scrollIntoView({ block: "nearest" });
  }

  return {
    element,
    get isOpen() {
      return !element.hidden;
    },

    /** The command that the arrows stand on. @returns {string | null} */
    get chosen() {
      return shown[active] ? `/${shown[active].command}` : null;
    },

    /** The first that is offered, for completing with Tab. @returns {string | null} */
    get first() {
      return shown[0] ? `/${shown[0].command}` : null;
    },

    /** @returns {string} id of the option that the arrows stand on, for aria-activedescendant */
    get activeId() {
      return active < 0 ? "" : `${id}-${active}`;
    },

    /** @param {BotCommand[]} commands @param {string} [otherwise] words for an empty list; without them it closes */
    show(commands, otherwise) {
      shown = commands;
      const options = commands.map(({ command, description }, index) =>
        h(
          "div",
          { class: "command-option", role: "option", id: `${id}-${index}`, "aria-selected": "false", onclick: () => onChoose(`/${command}`) },
          h("span", { class: "command-name" }, `/${command}`),
          h("span", { class: "command-words" }, description),
        ),
      );
      if (options.length === 0 && otherwise) options.push(h("p", { class: "command-none" }, otherwise));
      element.replaceChildren(...options);
      element.hidden = options.length === 0;
      mark(-1);
    },

    close() {
      shown = [];
      active = -1;
      element.hidden = true;
    },

    /** @param {1 | -1} step */
    move(step) {
      if (shown.length === 0) return;
      const from = active < 0 && step < 0 ? shown.length : active;
      mark((from + step + shown.length) % shown.length);
    },
  };
}
