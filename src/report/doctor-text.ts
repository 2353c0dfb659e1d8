import type { Capability } from '../chaos/capabilities.ts';
import type { PartBackend } from '../chaos/tier-backends.ts';
import { createColors } from './colors.ts';

/** What `renacer doctor` prints: what this machine can do, how to get the rest, and what each tier will use. */
export function doctorText(
  capabilities: readonly Capability[],
  parts: readonly PartBackend[],
  colour: boolean,
): string {
  const { green, red, yellow, bold, dim } = createColors(colour);
  const mark = (yes: boolean): string => (yes ? green('✔') : red('✘'));
  const markOf = (backend: string | undefined): string =>
    backend?.includes('emulation') ? yellow('≈') : mark(backend !== undefined);
  const width = Math.max(...capabilities.map(({ name }) => name.length), ...parts.map(({ part }) => part.length));

  const capabilityLines = capabilities.flatMap(({ name, available, detail, fix }) => [
    `  ${mark(available)} ${name.padEnd(width)}  ${detail}`,
    ...(fix === undefined ? [] : [`    ${' '.repeat(width)}  ${yellow('to get it:')} ${fix}`]),
  ]);
  const tiers = [...new Set(parts.map(({ tier }) => tier))];
  const tierLines = tiers.flatMap((tier) => [
    `  ${tier}`,
    ...parts
      .filter((part) => part.tier === tier)
      .map(({ part, backend }) => `  ${markOf(backend)} ${part.padEnd(width)}  ${backend ?? dim('not possible here')}`),
  ]);
  const isEmulated = parts.some(({ backend }) => backend?.includes('emulation'));
  const legend = isEmulated
    ? ['', `${yellow('≈')} an emulation: it works without what is missing above, and is not the real thing`]
    : [];
  return [
    bold('This machine'),
    ...capabilityLines,
    '',
    bold('What each tier will use'),
    ...tierLines,
    ...legend,
    '',
  ].join('\n');
}
