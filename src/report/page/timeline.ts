/// <reference lib="dom" />

import { Bands } from './bands.ts';
import { byId, color, element, tip } from './dom.ts';
import type { Item, Lane } from './items.ts';
import { CALL_GROUPS } from './rows.ts';
import { detailText } from './table.ts';
import { span, type Trace } from './trace.ts';

const LANE_HEIGHT = 22;
const AXIS_HEIGHT = 20;
const ERROR_HEIGHT = 5;
const LABEL_WIDTH = 150;
const RIGHT = 10;
const DEEPEST_INDENT = 4;
/** A call that is wider waits: it is drawn as a light bar with an edge, so that it does not outshine the work. */
const WIDE = 5;
/** Half the width of the mark of a fault. */
const MARK = 4;
/** Pixels that a pointer may move in a click. */
const CLICK = 4;

type Range = readonly [from: number, to: number];

/** A line a task: what it called, when, and for how long. Dragging over it chooses a span of time. */
export class Timeline {
  readonly #trace: Trace;
  readonly #canvas = byId('lanes').querySelector('canvas')!;
  readonly #byLane: Item[][];
  readonly #onRange: (range: Range | undefined) => void;
  readonly #onPick: (item: Item) => void;
  #range: Range;
  /** Of the canvas, in pixels: asking for it at each item would have the page laid out again and again. */
  #width = 1;
  /** The tasks that live in the span of time that is shown. */
  #lanes: readonly Lane[];
  readonly #bands: Bands;
  /** Where the lanes begin. */
  readonly #top: number;
  #shown: ReadonlySet<Item> | undefined;
  #drag: { from: number; to: number } | undefined;

  constructor(trace: Trace, onRange: (range: Range | undefined) => void, onPick: (item: Item) => void) {
    this.#trace = trace;
    this.#onRange = onRange;
    this.#onPick = onPick;
    this.#bands = new Bands(trace.ending, AXIS_HEIGHT);
    this.#top = AXIS_HEIGHT + this.#bands.height;
    this.#range = [0, trace.length];
    this.#lanes = trace.lanes;
    this.#byLane = trace.lanes.map(() => []);
    for (const item of trace.items) this.#byLane[item.lane.index]!.push(item);
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.offsetX < LABEL_WIDTH) return;
      canvas.setPointerCapture(event.pointerId);
      this.#drag = { from: event.offsetX, to: event.offsetX };
    });
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    canvas.addEventListener('pointerup', (event) => this.#release(event));
    canvas.addEventListener('pointerleave', () => tip(undefined));
    canvas.addEventListener('dblclick', () => this.#onRange(undefined));
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    new ResizeObserver(() => this.draw()).observe(byId('lanes'));
    const marks = trace.faults.length > 0 || trace.items.some(({ injected }) => injected) ? ['injected'] : [];
    const bands = this.#bands.height > 0 ? ['phase'] : [];
    const keys = [...CALL_GROUPS, 'error', ...marks, ...bands].map((name) =>
      element('span', {}, element('i', { style: `background:var(--${name})` }), name),
    );
    byId('legend').replaceChildren(...keys, element('em', {}, 'drag: zoom · double click: whole run · n: next error'));
  }

  /** Shows a span of time, with what is not among the chosen items faded. */
  show(range: Range | undefined, items: readonly Item[]): void {
    this.#range = range ?? [0, this.#trace.length];
    const [from, to] = this.#range;
    this.#lanes = this.#trace.lanes.filter(({ start, end }) => start <= to && end >= from);
    this.#shown = items.length === this.#trace.items.length ? undefined : new Set(items);
    this.draw();
  }

  draw(): void {
    const canvas = this.#canvas;
    const width = canvas.clientWidth;
    this.#width = width;
    const height = this.#top + this.#lanes.length * LANE_HEIGHT + 4;
    const scale = devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext('2d')!;
    context.scale(scale, scale);
    context.clearRect(0, 0, width, height);
    this.#drawAxis(context, width, height);
    const colors = Object.fromEntries([...CALL_GROUPS, 'error'].map((name) => [name, color(name)]));
    this.#lanes.forEach((lane, place) => {
      this.#drawLane(context, lane, place, colors);
    });
    this.#drawFaults(context);
    this.#bands.draw(context, { from: LABEL_WIDTH, to: width - RIGHT, height, x: (time) => this.#x(time) });
    if (this.#drag) {
      context.fillStyle = color('accent');
      context.globalAlpha = 0.18;
      context.fillRect(Math.min(this.#drag.from, this.#drag.to), 0, Math.abs(this.#drag.to - this.#drag.from), height);
      context.globalAlpha = 1;
    }
  }

  #drawAxis(context: CanvasRenderingContext2D, width: number, height: number): void {
    const [from, to] = this.#range;
    const step = niceStep((to - from) / Math.max(2, Math.floor((width - LABEL_WIDTH) / 110)));
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      const x = Math.round(this.#x(at)) + 0.5;
      context.strokeStyle = color('line');
      context.beginPath();
      context.moveTo(x, AXIS_HEIGHT - 4);
      context.lineTo(x, height);
      context.stroke();
      context.fillStyle = color('dim');
      if (x + 50 < width) context.fillText(at === 0 ? '0' : span(at), x + 3, AXIS_HEIGHT / 2);
    }
  }

  #drawLane(context: CanvasRenderingContext2D, lane: Lane, place: number, colors: Record<string, string>): void {
    const top = this.#top + place * LANE_HEIGHT;
    context.fillStyle = color('text');
    context.font = '12px system-ui, sans-serif';
    const label = `${'  '.repeat(Math.min(lane.task.split('.').length - 1, DEEPEST_INDENT))}${lane.program || 'task'}  ${lane.pid}`;
    context.fillText(label, 10, top + LANE_HEIGHT / 2, LABEL_WIDTH - 16);
    context.save();
    context.beginPath();
    context.rect(LABEL_WIDTH, top, context.canvas.clientWidth - LABEL_WIDTH - RIGHT, LANE_HEIGHT);
    context.clip();
    context.fillStyle = color('line');
    context.fillRect(
      this.#x(lane.start),
      top + LANE_HEIGHT / 2 - 1,
      Math.max(1, this.#x(lane.end) - this.#x(lane.start)),
      2,
    );
    // A hundred calls that fall on one pixel are drawn once; errors come last, so that none is hidden, and low, so that
    // a program which fails now and then does not look as if it did nothing else.
    for (const errors of [false, true]) {
      const shownTo: Record<string, number> = {};
      const fadedTo: Record<string, number> = {};
      for (const item of this.#byLane[lane.index]!) {
        if (errors && item.error === '') continue;
        const from = this.#x(item.time);
        const to = Math.max(from + 1.5, this.#x(item.time + item.duration));
        const faded = this.#shown !== undefined && !this.#shown.has(item);
        const drawnTo = faded ? fadedTo : shownTo;
        if (to - (drawnTo[item.group] ?? -1) < 0.5) continue;
        drawnTo[item.group] = to;
        const wide = to - from > WIDE;
        const alpha = faded ? 0.12 : 1;
        context.globalAlpha = wide ? alpha * 0.35 : alpha;
        context.fillStyle = errors ? colors.error! : colors[item.group]!;
        const inset = item.kind === 'signal' ? 1 : 4;
        const y = errors ? top + LANE_HEIGHT - inset - ERROR_HEIGHT : top + inset;
        const height = errors ? ERROR_HEIGHT : LANE_HEIGHT - 2 * inset;
        context.fillRect(from, y, to - from, height);
        if (!wide) continue;
        context.globalAlpha = alpha;
        context.fillRect(from, y, 1.5, height);
      }
    }
    context.restore();
  }

  /** A mark above each call and signal that was injected, and in the axis for each fault of a packet. */
  #drawFaults(context: CanvasRenderingContext2D): void {
    context.fillStyle = color('injected');
    const mark = (x: number, top: number): void => {
      context.beginPath();
      context.moveTo(x - MARK, top);
      context.lineTo(x + MARK, top);
      context.lineTo(x, top + MARK * 1.5);
      context.fill();
    };
    this.#lanes.forEach((lane, place) => {
      let markedTo = Number.NEGATIVE_INFINITY;
      for (const item of this.#byLane[lane.index]!) {
        const x = this.#x(item.time);
        if (!item.injected || x < LABEL_WIDTH || x > this.#width || x - markedTo < 1) continue;
        markedTo = x;
        mark(x, this.#top + place * LANE_HEIGHT);
      }
    });
    for (const { lane, time } of this.#trace.faults) {
      const x = this.#x(time);
      if (lane === undefined && x >= LABEL_WIDTH && x <= this.#width) mark(x, AXIS_HEIGHT - 2 * MARK);
    }
  }

  /** The fault of a packet whose mark is under the pointer. */
  #packetAt({ offsetX, offsetY }: MouseEvent): string | undefined {
    if (offsetY > AXIS_HEIGHT) return undefined;
    return this.#trace.faults.find(({ lane, time }) => lane === undefined && Math.abs(this.#x(time) - offsetX) <= MARK)
      ?.text;
  }

  /** The phase or the probe that is under the pointer. */
  #bandAt({ offsetX, offsetY }: MouseEvent): string | undefined {
    return offsetX < LABEL_WIDTH
      ? undefined
      : this.#bands.at(this.#time(offsetX), offsetY, this.#time(offsetX + CLICK));
  }

  #move(event: PointerEvent): void {
    if (this.#drag) {
      this.#drag.to = event.offsetX;
      this.draw();
      tip(span(Math.abs(this.#time(this.#drag.to) - this.#time(this.#drag.from))), event);
      return;
    }
    const item = this.#at(event);
    tip(item ? detailText(item) : (this.#packetAt(event) ?? this.#bandAt(event)), event);
  }

  #release(event: PointerEvent): void {
    const drag = this.#drag;
    this.#drag = undefined;
    if (!drag) return;
    if (Math.abs(drag.to - drag.from) < CLICK) {
      const item = this.#at(event);
      if (item) this.#onPick(item);
      this.draw();
      return;
    }
    const times = [this.#time(drag.from), this.#time(drag.to)].sort((a, b) => a - b) as [number, number];
    this.#onRange([Math.max(0, times[0]), Math.min(this.#trace.length, times[1])]);
  }

  /** With Ctrl (or a pinch) the wheel zooms around the pointer. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const [from, to] = this.#range;
    const centre = this.#time(event.offsetX);
    const factor = event.deltaY > 0 ? 1.25 : 0.8;
    const range = [
      Math.max(0, centre - (centre - from) * factor),
      Math.min(this.#trace.length, centre + (to - centre) * factor),
    ] as const;
    if (range[1] - range[0] < 2) return;
    this.#onRange(range[1] - range[0] >= this.#trace.length ? undefined : range);
  }

  /** What is under the pointer, or close to it. */
  #at(event: MouseEvent): Item | undefined {
    const place = this.#lanes[Math.floor((event.offsetY - this.#top) / LANE_HEIGHT)];
    const lane = place && this.#byLane[place.index];
    if (!lane || event.offsetX < LABEL_WIDTH) return undefined;
    const time = this.#time(event.offsetX);
    const near = ((this.#range[1] - this.#range[0]) / this.#canvas.clientWidth) * CLICK;
    let best: Item | undefined;
    let distance = near;
    for (const item of lane) {
      if (item.time > time + near) break;
      const away = Math.max(item.time - time, time - item.time - item.duration, 0);
      if (away < distance || (away === distance && (item.error !== '' || item.slow))) {
        best = item;
        distance = away;
      }
    }
    return best;
  }

  #x(time: number): number {
    const [from, to] = this.#range;
    return LABEL_WIDTH + ((time - from) / (to - from)) * (this.#width - LABEL_WIDTH - RIGHT);
  }

  #time(x: number): number {
    const [from, to] = this.#range;
    return from + ((x - LABEL_WIDTH) / (this.#width - LABEL_WIDTH - RIGHT)) * (to - from);
  }
}

/** The smallest of 1, 2, 5, 10, 20, ... that is not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-3)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}
