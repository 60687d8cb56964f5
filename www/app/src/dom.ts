// The page's elements, found once by their test id; a missing one is a mistake in index.html and said at once.

const find = <T extends HTMLElement>(id: string, type: new () => T): T => {
  const element = document.querySelector(`[data-testid="${id}"]`);
  if (!(element instanceof type)) throw new Error(`index.html has no ${type.name} with data-testid "${id}"`);
  return element;
};

export const button = (id: string): HTMLButtonElement => find(id, HTMLButtonElement);
export const element = (id: string): HTMLElement => find(id, HTMLElement);

/** Writes only what changed, so that a screen reader is not told the same thing every second. */
export const setText = (target: HTMLElement, text: string): void => {
  if (target.textContent !== text) target.textContent = text;
};
