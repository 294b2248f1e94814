/** Building DOM nodes. The page never parses markup: whatever a bot sends ends up in text nodes. */

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [props] `on…` are listeners, everything else attributes;
 *   true is an empty attribute, false, null and undefined are left out.
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * Make a real button: it never submits a form and always has a name for those who do not see it.
 *
 * @param {Record<string, unknown>} props
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLButtonElement}
 */
export function button(props, ...children) {
  return /** @type {HTMLButtonElement} */ (h("button", { type: "button", ...props }, ...children));
}

const PATHS = {
  send: "M4 11.5 20 4l-5 16-3.5-6.5z M11.5 13.5 20 4",
  attach: "M8 12.5l6-6a3 3 0 0 1 4.3 4.3l-8 8a5 5 0 0 1-7-7l7.5-7.5",
  more: "M12 5.5v.01 M12 12v.01 M12 18.5v.01",
  close: "M6 6l12 12 M18 6L6 18",
  down: "M6 9.5l6 6 6-6",
  reply: "M10 6l-6 5.5 6 5.5 M4.5 11.5H14a6 6 0 0 1 6 6",
  forward: "M14 6l6 5.500-6 5.500 M19.500 11.500H10a6 6 0 0 0-6 6",
  bell: "M6.500 17V11a5.500 5.500 0 0 1 11 0v6l1.500 1.500H5z M10.500 21h3",
  edit: "M5 19l1-4L16.5 4.5l3 3L9 18z",
  file: "M7 3.5h7l4.5 4.5v12.5H7z M14 3.5V8h4.5",
  sun:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8 M12 2.5v2 M12 19.5v2" +
    " M2.5 12h2 M19.5 12h2 M5.300 5.300l1.400 1.400 M17.300 17.300l1.400 1.400 M5.300 18.700l1.400-1.400 M17.300 6.700l1.400-1.400",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10",
  person: "M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7 M5 20c.6-4 3.400-6 7-6s6.400 2 7 6",
  copy: "M9 9h10v10H9z M15 9V5H5v10h4",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

/**
 * A line drawing; decorative, so it is hidden from screen readers.
 *
 * @param {keyof typeof PATHS} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/**
 * Copy words, also where the Clipboard API is absent: a page opened over plain HTTP from a phone.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether it worked
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = /** @type {HTMLTextAreaElement} */ (h("textarea", { class: "offscreen", readonly: true }));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return copied;
  }
}

/** Whether the reader asked the system for less movement. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
