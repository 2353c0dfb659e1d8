import { constantText } from './constant-style.ts';
import { IOCTL_TABLE } from './constants/ioctl-requests.generated.ts';
import { IOCTL_REQUESTS } from './constants/ioctls.ts';
import { hex } from './memory-words.ts';

const DIRECTIONS = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'];
const READS = 2;
const INPUT_DEVICES = 0x45;

/** Requests of input devices whose size is what the caller likes: <linux/input.h>. */
const EVENT_REQUESTS: Readonly<Record<number, string>> = {
  6: 'EVIOCGNAME',
  7: 'EVIOCGPHYS',
  8: 'EVIOCGUNIQ',
  9: 'EVIOCGPROP',
  24: 'EVIOCGKEY',
  25: 'EVIOCGLED',
  26: 'EVIOCGSND',
  27: 'EVIOCGSW',
};

let names: Map<number, string> | undefined;

/** The name of an ioctl(2) request; several, joined by `or`, where drivers share a number. */
export function ioctlName(request: number): string | undefined {
  const known = IOCTL_REQUESTS.known(request);
  if (known !== undefined) return known;
  names ??= parse();
  return names.get(request) ?? eventName(request);
}

/** The name of a request, or what the _IOC() macro puts together: `_IOC(_IOC_READ, 0x54, 0x99, 0x4)`. */
export function ioctlText(request: number): string {
  const { direction, type, nr, size } = partsOf(request);
  const text = ioctlName(request) ?? `_IOC(${DIRECTIONS[direction]}, ${hex(type)}, ${hex(nr)}, ${hex(size)})`;
  return constantText(hex(request), text);
}

function partsOf(request: number) {
  return {
    direction: request >>> 30,
    size: (request >>> 16) & 0x3fff,
    type: (request >>> 8) & 0xff,
    nr: request & 0xff,
  };
}

function eventName(request: number): string | undefined {
  const { direction, type, nr, size } = partsOf(request);
  if (direction !== READS || type !== INPUT_DEVICES) return undefined;
  const name = EVENT_REQUESTS[nr];
  if (name !== undefined) return `${name}(${size})`;
  if (nr >= 0x20 && nr < 0x40) return `EVIOCGBIT(${hex(nr - 0x20)}, ${size})`;
  return nr >= 0x40 && nr < 0x80 ? `EVIOCGABS(${hex(nr - 0x40)})` : undefined;
}

function parse(): Map<number, string> {
  return new Map(
    IOCTL_TABLE.trim()
      .split('\n')
      .map((line) => {
        const [request, ...all] = line.split(' ');
        return [Number.parseInt(request!, 16), all.join(' or ')] as const;
      }),
  );
}
