/// <reference lib="dom" />
import { color } from './dom.ts';
import type { PageEnding, PagePhase, PageProbe } from './rows.ts';

const BAND_HEIGHT = 18;
/** Half the width of the mark of a probe. */
const MARK = 4;
/** What is shorter is drawn this wide, in pixels. */
const LEAST = 2;

/** Where bands are drawn: between two columns, down to the height of the canvas; `x` is the column of a time. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly height: number;
  x(time: number): number;
}

/** Phases as bands over time, a line each, and a line with a mark for each answer to a probe: above the tasks. */
export class Bands {
  readonly height: number;
  readonly #top: number;
  readonly #names: readonly string[];
  readonly #phases: readonly PagePhase[];
  readonly #probes: readonly PageProbe[];

  constructor(ending: PageEnding | undefined, top: number) {
    this.#top = top;
    this.#phases = ending?.phases ?? [];
    this.#probes = ending?.probes ?? [];
    this.#names = [...new Set(this.#phases.map(({ name }) => name))];
    this.height = (this.#names.length + (this.#probes.length > 0 ? 1 : 0)) * BAND_HEIGHT;
  }

  draw(context: CanvasRenderingContext2D, place: Place): void {
    if (this.height === 0) return;
    const label = (text: string, line: number) => {
      context.fillStyle = color('dim');
      context.font = '12px system-ui, sans-serif';
      context.fillText(text, 10, this.#top + line * BAND_HEIGHT + BAND_HEIGHT / 2, place.from - 16);
    };
    this.#names.forEach(label);
    if (this.#probes.length > 0) label('probes', this.#names.length);
    context.save();
    context.beginPath();
    context.rect(place.from, this.#top, place.to - place.from, place.height - this.#top);
    context.clip();
    for (const phase of this.#phases) this.#drawPhase(context, phase, place);
    for (const probe of this.#probes) this.#drawProbe(context, probe, place);
    context.restore();
  }

  #drawPhase(context: CanvasRenderingContext2D, { name, from, to }: PagePhase, place: Place): void {
    const left = place.x(from);
    const width = Math.max(LEAST, (to === undefined ? place.to : place.x(to)) - left);
    const top = this.#top + this.#names.indexOf(name) * BAND_HEIGHT;
    context.fillStyle = color('phase');
    context.fillRect(left, top + 3, width, BAND_HEIGHT - 6);
    // Over the tasks too, so that one sees what they did meanwhile.
    context.globalAlpha = 0.07;
    context.fillRect(left, this.#top + this.height, width, place.height - this.#top - this.height);
    context.globalAlpha = 1;
  }

  #drawProbe(context: CanvasRenderingContext2D, { time, ok }: PageProbe, place: Place): void {
    const x = place.x(Math.max(0, time));
    const middle = this.#top + this.#names.length * BAND_HEIGHT + BAND_HEIGHT / 2;
    context.fillStyle = color(ok ? 'phase' : 'error');
    context.beginPath();
    if (ok) context.arc(x, middle, MARK, 0, 2 * Math.PI);
    else context.rect(x - MARK, middle - MARK, 2 * MARK, 2 * MARK);
    context.fill();
  }

  /** What stands at a time and a height; `next` is a time a few pixels later. */
  at(time: number, y: number, next: number): string | undefined {
    const line = Math.floor((y - this.#top) / BAND_HEIGHT);
    if (line < 0 || y >= this.#top + this.height) return undefined;
    const near = next - time;
    if (line === this.#names.length) {
      return this.#probes.find((probe) => Math.abs(Math.max(0, probe.time) - time) <= near)?.text;
    }
    return this.#phases.find(
      ({ name, from, to = Number.POSITIVE_INFINITY }) =>
        name === this.#names[line] && time >= from - near && time <= to + near,
    )?.text;
  }
}
