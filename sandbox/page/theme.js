/** Dark or light: as the system has it, until the reader decides otherwise. */

import { button, icon } from "./dom.js";

const KEY = "sandbox-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** The remembered choice; a browser that forbids storage just does not remember. */
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Private windows may refuse; the choice then lives as long as the page.
  }
}

/** Dress the page in the remembered theme; call it before anything is drawn. */
export function applyTheme() {
  const theme = remembered();
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
}

/** The button that changes the theme and remembers it. */
export function themeToggle() {
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const toggle = button({ class: "icon-button", "data-testid": "theme" });
  const show = () => {
    const label = isDark() ? "Включить светлую тему" : "Включить тёмную тему";
    toggle.setAttribute("aria-label", label);
    toggle.title = label;
    toggle.replaceChildren(icon(isDark() ? "sun" : "moon"));
  };
  toggle.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    remember(document.documentElement.dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();
  return toggle;
}
