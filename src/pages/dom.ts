/** What stands in an element: text is text, whatever is in it. */
export type Content = Node | string;

/** Content, in its order; a list may be long. */
export type Contents = readonly (Content | readonly Content[])[];

interface Attributes {
  readonly [name: string]: string | number | boolean | undefined;
}

/** An element with attributes (`true`: without a value; false and undefined: none) and content. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...content: Contents
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      made.setAttribute(attribute, value === true ? '' : String(value));
  appendAll(made, content.flat());
  return made;
}

/** Puts content behind what an element has. */
function appendAll(to: Element, content: readonly Content[]): void {
  for (const one of content) to.append(one);
}

/** Puts content in the place of what an element has. */
export function replaceAll(of: Element, content: readonly Content[]): void {
  of.replaceChildren();
  appendAll(of, content);
}

/** A button that does something. */
export function button(text: string, onPress: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', onPress);
  return made;
}

/** A part of the page under a heading of its own. */
export function section(id: string, title: string, ...content: Contents): HTMLElement {
  const heading = element('h2', { id: `${id}-title` }, title);
  return element('section', { id, 'aria-labelledby': `${id}-title` }, heading, content.flat());
}

const counts = new Intl.NumberFormat('en');

/** `12,345` */
export function countText(count: number): string {
  return counts.format(count);
}

/** `99.58%`; `–` where nothing could be covered. */
export function percentText(percent: number | null): string {
  return percent === null ? '–' : `${percent}%`;
}

const MS_PER_DAY = 86_400_000;

/** `2013-04-26` of days since 1970-01-01. */
export function dayText(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

const weekdays = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: 'UTC' });

/** `Fri` */
export function weekdayText(day: number): string {
  return weekdays.format(new Date(day * MS_PER_DAY));
}
