/** Text in colours of the terminal. */
export type Colors = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/** Select Graphic Rendition: what turns each on, and off again. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

/**
 * Colours, or none. (The libraries for this look at process.stdout when they are loaded: Node then makes the pipe that it may
 * be non-blocking, and with it the target's own stdout, which is the same pipe.)
 */
export function createColors(enabled: boolean): Colors {
  const painter = ([on, off]: readonly [number, number]) => {
    return (text: string): string => (enabled ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  };
  return Object.fromEntries(Object.entries(CODES).map(([name, codes]) => [name, painter(codes)])) as Colors;
}
