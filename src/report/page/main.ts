/// <reference lib="dom" />
import { byId, element } from './dom.ts';
import { showEnding } from './ending.ts';
import { type Choice, chosen, everything } from './filter.ts';
import type { Item } from './items.ts';
import { Latencies } from './latencies.ts';
import { detailText, Table } from './table.ts';
import { Timeline } from './timeline.ts';
import { readTrace, span } from './trace.ts';

/** The script of the page that `--format html` writes. It asks nothing of any network. */
function start(): void {
  const trace = readTrace(byId('rows').textContent ?? '');
  let choice: Choice = everything();
  const search = byId<HTMLInputElement>('search');

  const table = new Table((item) => {
    byId('detail').hidden = item === undefined;
    byId('detail').textContent = item ? detailWithStack(item) : '';
  });
  const detailWithStack = (item: Item): string => {
    const faults = trace.faults.filter((fault) => fault.item === item).map(({ text }) => `⚡ ${text}`);
    return [detailText(item), ...faults, item.stack].join('\n').trimEnd();
  };
  const pick = (item: Item): void => {
    if (table.reveal(item)) return;
    change({ ...everything(), range: choice.range });
    table.reveal(item);
  };
  const timeline = new Timeline(trace, (range) => change({ range }), pick);
  const latencies = new Latencies((name) => change({ name: name === choice.name ? undefined : name }));

  function change(part: Partial<Choice>): void {
    choice = { ...choice, ...part };
    if (search.value !== choice.text) search.value = choice.text;
    const items = chosen(trace, choice);
    table.show(items);
    timeline.show(choice.range, items);
    latencies.show(choice.name === undefined ? items : chosen(trace, { ...choice, name: undefined }), choice.name);
    byId('shown').textContent = `${items.length.toLocaleString('en')} of ${trace.items.length.toLocaleString('en')}`;
    drawTiles();
    drawChips();
  }

  const calls = trace.items.filter(({ kind }) => kind === 'call');
  const count = (test: (item: Item) => boolean): string => calls.filter(test).length.toLocaleString('en');
  const failed = count(({ error }) => error !== '');
  const slow = count((item) => item.slow);
  const injected = trace.items.filter((item) => item.injected).length;

  function drawTiles(): void {
    byId('tiles').replaceChildren(
      tile('', span(trace.length), 'from first to last'),
      tile('', calls.length.toLocaleString('en'), 'calls'),
      tile('', String(trace.lanes.length), trace.lanes.length === 1 ? 'task' : 'tasks'),
      tile('errors', failed, 'failed', 'errors'),
      tile('slow', slow, `slow (from ${span(trace.slowFrom)})`, 'slow'),
      ...(injected > 0 ? [tile('injected', injected.toLocaleString('en'), 'injected', 'injected')] : []),
    );
  }

  function tile(className: string, value: string, text: string, toggles?: 'errors' | 'slow' | 'injected'): HTMLElement {
    const children = [element('b', {}, value), element('small', {}, text)];
    if (!toggles) return element('div', { className: 'tile' }, ...children);
    const button = element(
      'button',
      { type: 'button', className: `tile ${className}`, pressed: choice[toggles] },
      ...children,
    );
    button.addEventListener('click', () => change({ [toggles]: !choice[toggles] }));
    return button;
  }

  function drawChips(): void {
    const chips: HTMLElement[] = [];
    const chip = (text: string, without: Partial<Choice>): void => {
      const button = element('button', { type: 'button', className: 'chip', title: 'remove this filter' }, `${text} ✕`);
      button.addEventListener('click', () => change(without));
      chips.push(button);
    };
    if (choice.name !== undefined) chip(choice.name, { name: undefined });
    if (choice.errors) chip('failed', { errors: false });
    if (choice.slow) chip('slow', { slow: false });
    if (choice.injected) chip('injected', { injected: false });
    if (choice.range) chip(`${span(choice.range[0])} … ${span(choice.range[1])}`, { range: undefined });
    byId('chips').replaceChildren(...chips);
  }

  showEnding(trace, pick);
  byId('command').textContent = trace.command;
  byId('command').title = trace.command;
  document.title = `${trace.command} · Renacer trace`;
  search.addEventListener('input', () => change({ text: search.value }));
  byId('theme').addEventListener('click', () => {
    const { dataset } = document.documentElement;
    const isDark = dataset.theme ? dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    dataset.theme = isDark ? 'light' : 'dark';
    timeline.draw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => timeline.draw());
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      search.blur();
      change(everything());
    }
    if (event.target === search || event.ctrlKey || event.metaKey) return;
    if (event.key === '/') {
      event.preventDefault();
      search.focus();
    }
    if (event.key === 'n') table.next(({ error }) => error !== '');
  });
  change({});
}

document.addEventListener('DOMContentLoaded', start);
