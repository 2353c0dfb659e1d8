/// <reference lib="dom" />

export function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** A new element with its properties and children. Text is text: nothing of a trace is ever taken for HTML. */
export function element(
  tag: string,
  properties: Record<string, unknown> = {},
  ...children: (Node | string)[]
): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'pressed') made.setAttribute('aria-pressed', String(value));
    else if (name === 'style') made.setAttribute('style', String(value));
    else Object.assign(made, { [name]: value });
  }
  made.append(...children);
  return made;
}

/** A colour of the style sheet, as it is now. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Shows a text beside the pointer, or nothing. */
export function tip(text: string | undefined, event?: MouseEvent): void {
  const box = byId('tip');
  box.hidden = text === undefined;
  if (text === undefined || !event) return;
  box.textContent = text;
  const { offsetWidth, offsetHeight } = box;
  box.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - offsetWidth - 8))}px`;
  const below = event.clientY + 18;
  box.style.top = `${below + offsetHeight > innerHeight ? event.clientY - offsetHeight - 10 : below}px`;
}
