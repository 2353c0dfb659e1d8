/// <reference lib="dom" />
import { byId, element } from './dom.ts';
import type { Item } from './items.ts';
import { span } from './trace.ts';

const ROW_HEIGHT = 24;
/** Rows beyond the edge, so that a quick scroll finds them there. */
const MARGIN = 12;
/** No browser lays out a taller element: beyond it the scroll bar moves over more than it shows. */
const TALLEST = 8_000_000;

/** The list of events: however many there are, only those in sight are elements of the page. */
export class Table {
  readonly #scroller = byId('scroller');
  readonly #space = byId('space');
  readonly #window = byId('window');
  readonly #onSelect: (item: Item | undefined) => void;
  #items: readonly Item[] = [];
  #selected = -1;
  #first = -1;

  constructor(onSelect: (item: Item | undefined) => void) {
    this.#onSelect = onSelect;
    this.#scroller.tabIndex = 0;
    this.#scroller.addEventListener('scroll', () => this.#draw());
    this.#window.addEventListener('click', (event) => {
      const row = (event.target as HTMLElement).closest<HTMLElement>('.row');
      if (row) this.#select(Number(row.dataset.at));
    });
    this.#scroller.addEventListener('keydown', (event) => this.#key(event));
    new ResizeObserver(() => this.redraw()).observe(this.#scroller);
  }

  show(items: readonly Item[]): void {
    const before = this.#items[this.#selected];
    this.#items = items;
    this.#selected = before ? items.indexOf(before) : -1;
    this.#space.style.height = `${Math.min(items.length * ROW_HEIGHT, TALLEST)}px`;
    this.redraw();
  }

  redraw(): void {
    this.#first = -1;
    this.#draw();
  }

  /** Selects an item and brings it into sight; true if it is among those shown. */
  reveal(item: Item): boolean {
    const at = this.#items.indexOf(item);
    if (at >= 0) this.#select(at, true);
    return at >= 0;
  }

  /** The next one after the selected one that has a property; from the start again behind the last. */
  next(test: (item: Item) => boolean): void {
    const order = [...this.#items.keys()].map((_, i) => (this.#selected + 1 + i) % this.#items.length);
    const at = order.find((candidate) => test(this.#items[candidate]!));
    if (at !== undefined) this.#select(at, true);
  }

  #select(at: number, centre = false): void {
    this.#selected = Math.max(0, Math.min(at, this.#items.length - 1));
    const height = this.#scroller.clientHeight;
    const top = this.#selected * ROW_HEIGHT * this.#scale();
    if (centre) this.#scroller.scrollTop = top - height / 2;
    else if (top < this.#scroller.scrollTop) this.#scroller.scrollTop = top;
    else if (top + ROW_HEIGHT > this.#scroller.scrollTop + height) this.#scroller.scrollTop = top + ROW_HEIGHT - height;
    this.redraw();
    this.#onSelect(this.#items[this.#selected]);
  }

  #key(event: KeyboardEvent): void {
    const page = Math.floor(this.#scroller.clientHeight / ROW_HEIGHT) - 1;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -1e9,
      End: 1e9,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#select(this.#selected + step);
  }

  /** How far the scroll bar moves for each pixel of the list. */
  #scale(): number {
    return Math.min(1, TALLEST / Math.max(this.#items.length * ROW_HEIGHT, 1));
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.#scroller;
    const first = Math.max(0, Math.floor(scrollTop / this.#scale() / ROW_HEIGHT) - MARGIN);
    if (first === this.#first) return;
    this.#first = first;
    const last = Math.min(this.#items.length, first + Math.ceil(clientHeight / ROW_HEIGHT) + 2 * MARGIN);
    const scaled = this.#scale() < 1;
    this.#window.style.top = `${scaled ? scrollTop - (scrollTop / this.#scale() - first * ROW_HEIGHT) : first * ROW_HEIGHT}px`;
    const rows = this.#items.slice(first, last).map((item, i) => this.#row(item, first + i));
    if (rows.length === 0) rows.push(element('div', { className: 'none' }, 'Nothing matches. Esc clears all filters.'));
    this.#window.replaceChildren(...rows);
  }

  #row(item: Item, at: number): HTMLElement {
    const { kind, error, slow, injected, lane } = item;
    const classes = ['row', kind === 'call' ? '' : kind === 'signal' || kind === 'stop' ? 'event' : kind];
    if (error !== '') classes.push('error');
    if (slow) classes.push('slow');
    if (injected) classes.push('injected');
    if (at === this.#selected) classes.push('selected');
    // On a logarithmic scale: a microsecond is a sliver, a second is the whole width.
    const width = Math.max(0, Math.min(1, Math.log10(Math.max(item.duration, 1)) / 6)) * 100;
    const took = kind === 'call' ? [span(item.duration), element('i', { style: `width:${width}%` })] : [];
    const row = element(
      'div',
      { className: classes.join(' ') },
      element('span', {}, (item.time / 1e6).toFixed(6)),
      element('span', { title: `task ${lane.task}, pid ${lane.pid} ${lane.program}` }, `${lane.task} ${lane.program}`),
      element('span', {}, ...callText(item)),
      element('span', { className: 'result', title: item.result }, item.result.replace(/ \(.*/, '')),
      element('span', { className: 'took' }, ...took),
    );
    row.dataset.at = String(at);
    return row;
  }
}

function callText({ kind, name, text }: Item): (Node | string)[] {
  const bold = element('b', {}, name);
  return kind === 'call' ? [bold, `(${text})`] : [bold, ` ${text}`];
}

/** All that is known of an item. */
export function detailText(item: Item): string {
  const { kind, name, text, result, duration, lane, time, injected, slow } = item;
  const where = `task ${lane.task} · pid ${lane.pid}${lane.program ? ` · ${lane.program}` : ''} · at ${(time / 1e6).toFixed(6)} s`;
  if (kind !== 'call') return `${name} ${text}\n${where}${injected ? ' · injected' : ''}`;
  const took = ` · took ${span(duration)}${slow ? ' (slow)' : ''}${injected ? ' · injected by Renacer' : ''}`;
  return `${name}(${text}) = ${result}\n${where}${took}`;
}
