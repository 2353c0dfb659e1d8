/// <reference lib="dom" />
import { byId, element } from './dom.ts';
import type { Item } from './items.ts';
import { span } from './trace.ts';

/** From 0.1 microseconds to 100 seconds, four steps a power of ten. */
const LOWEST = -1;
const HIGHEST = 8;
const STEPS = 4;
const BUCKETS = (HIGHEST - LOWEST) * STEPS;
const TICKS = [
  [0, '1 µs'],
  [3, '1 ms'],
  [6, '1 s'],
] as const;

interface Latency {
  readonly name: string;
  readonly buckets: number[];
  calls: number;
  errors: number;
  seconds: number;
  longest: number;
}

type Order = 'calls' | 'errors' | 'seconds' | 'longest';

/** The calls by name, each with a histogram of how long they took, on one scale. */
export class Latencies {
  readonly #onName: (name: string) => void;
  #items: readonly Item[] = [];
  #name: string | undefined;

  constructor(onName: (name: string) => void) {
    this.#onName = onName;
    byId('order').addEventListener('change', () => this.#draw());
    const ticks = TICKS.map(([power, text]) => element('span', { style: `left:${place(power) * 100}%` }, text));
    byId('axis').replaceChildren(element('span'), element('span'), element('div', {}, ...ticks));
  }

  show(items: readonly Item[], name: string | undefined): void {
    this.#items = items;
    this.#name = name;
    this.#draw();
  }

  #draw(): void {
    const order = byId<HTMLSelectElement>('order').value as Order;
    const sorted = latenciesOf(this.#items).sort((a, b) => b[order] - a[order] || b.calls - a.calls);
    byId('names').replaceChildren(...sorted.map((latency) => this.#button(latency)));
  }

  #button(latency: Latency): HTMLElement {
    const { name, calls, errors, seconds, longest } = latency;
    const failed = errors === 0 ? '' : ` · ${errors} failed`;
    const button = element(
      'button',
      {
        type: 'button',
        className: 'latency',
        pressed: name === this.#name,
        title: `${name}: ${calls} calls${failed}, ${span(seconds)} in all, the slowest ${span(longest)}`,
      },
      element('code', {}, name, element('small', { className: errors > 0 ? 'bad' : '' }, `${calls}×${failed}`)),
      element('span', { className: 'sum' }, span(seconds)),
    );
    button.append(histogram(latency));
    button.addEventListener('click', () => this.#onName(name));
    return button;
  }
}

function latenciesOf(items: readonly Item[]): Latency[] {
  const byName = new Map<string, Latency>();
  for (const { kind, name, duration, error, result } of items) {
    if (kind !== 'call' || result === '?') continue;
    let latency = byName.get(name);
    if (!latency) {
      latency = { name, buckets: new Array<number>(BUCKETS).fill(0), calls: 0, errors: 0, seconds: 0, longest: 0 };
      byName.set(name, latency);
    }
    latency.calls += 1;
    if (error !== '') latency.errors += 1;
    latency.seconds += duration;
    latency.longest = Math.max(latency.longest, duration);
    const bucket = Math.floor((Math.log10(Math.max(duration, 0.1)) - LOWEST) * STEPS);
    latency.buckets[Math.min(BUCKETS - 1, Math.max(0, bucket))]! += 1;
  }
  return [...byName.values()];
}

/** Where a power of ten microseconds stands, from 0 to 1. */
function place(power: number): number {
  return (power - LOWEST) / (HIGHEST - LOWEST);
}

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 26;

/** The height of a bar is the logarithm of its count, so that one slow call among a million is seen. */
function histogram({ buckets, calls }: Latency): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${BUCKETS} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  const most = Math.log2(1 + calls);
  for (const [power] of TICKS) svg.append(bar(place(power) * BUCKETS, 0, 0.12, HEIGHT, 'var(--line)'));
  buckets.forEach((count, i) => {
    if (count === 0) return;
    const height = Math.max(2, (Math.log2(1 + count) / most) * HEIGHT);
    const from = LOWEST + i / STEPS;
    svg.append(bar(i + 0.08, HEIGHT - height, 0.84, height, from >= 3 ? 'var(--slow)' : 'var(--accent)'));
  });
  return svg;
}

function bar(x: number, y: number, width: number, height: number, fill: string): SVGElement {
  const rect = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({ x, y, width, height, fill })) rect.setAttribute(name, String(value));
  return rect;
}
