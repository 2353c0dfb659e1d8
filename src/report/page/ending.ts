/// <reference lib="dom" />
import { byId, element } from './dom.ts';
import type { PlacedFault } from './faults.ts';
import type { Item } from './items.ts';
import type { Trace } from './trace.ts';

/** How long "copied" stands there, in milliseconds. */
const COPIED_MS = 1500;

/** How the run ended, how to repeat it, and what was injected, each fault with the way to its call. */
export function showEnding({ ending, faults }: Trace, onPick: (item: Item) => void): void {
  if (ending === undefined) return;
  const { outcome, ended, why, seed, again, more } = ending;
  const said = why === '' ? ended : `${why} (${ended})`;
  const facts = [element('b', { className: `outcome ${outcome}` }, outcome), element('span', {}, said)];
  if (seed !== undefined)
    facts.push(element('span', { className: 'seed' }, 'seed ', element('code', {}, String(seed))));
  const parts: HTMLElement[] = [element('div', { className: 'facts' }, ...facts)];
  if (again !== undefined) parts.push(againRow(again));
  if (faults.length > 0) parts.push(faultList(faults, more, onPick));
  byId('ending').replaceChildren(...parts);
  byId('ending').hidden = false;
}

function againRow(again: string): HTMLElement {
  const button = element('button', { type: 'button', className: 'copy' }, 'copy');
  button.addEventListener('click', () => {
    navigator.clipboard?.writeText(again).then(
      () => {
        button.textContent = 'copied';
        setTimeout(() => {
          button.textContent = 'copy';
        }, COPIED_MS);
      },
      () => {
        button.textContent = 'not allowed here';
      },
    );
  });
  return element('div', { className: 'again' }, 'again ', element('code', { title: again }, again), button);
}

function faultList(faults: readonly PlacedFault[], more: number, onPick: (item: Item) => void): HTMLElement {
  const total = (faults.length + more).toLocaleString('en');
  const rows = faults.map(({ text, time, item }) => {
    const at = element('span', {}, `${(time / 1e6).toFixed(6)} s`);
    if (item === undefined) return element('div', { className: 'fault' }, at, text);
    const button = element('button', { type: 'button', className: 'fault', title: 'show the call' }, at, text);
    button.addEventListener('click', () => onPick(item));
    return button;
  });
  if (more > 0) rows.push(element('div', { className: 'fault' }, `and ${more.toLocaleString('en')} more`));
  const summary = element('summary', {}, `${total} ${total === '1' ? 'fault' : 'faults'} injected`);
  return element('details', { id: 'faults' }, summary, element('div', { className: 'faults' }, ...rows));
}
