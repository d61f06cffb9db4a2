// Light or dark: as the system has it, until the button says otherwise.

const ORDER = ["system", "light", "dark"];

export function startTheme(button) {
  let theme = ORDER.includes(localStorage.getItem("farad-theme")) ? localStorage.getItem("farad-theme") : "system";
  const show = () => {
    document.documentElement.dataset.theme = theme;
    button.textContent = theme;
    button.setAttribute("aria-label", `Theme: ${theme}`);
    document.dispatchEvent(new CustomEvent("theme"));
  };
  button.addEventListener("click", () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    localStorage.setItem("farad-theme", theme);
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("theme")));
  show();
}

/** What a colour of the style sheet is at the moment, for canvases. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
