import { Option } from 'commander';
import { COMPARED, type FaultCampaignRequest } from '../model/fault-campaign-request.ts';
import { type CaseClass, FAILING_CLASSES, FINDING_CLASSES } from '../model/sweep.ts';
import { given } from './campaign-command-line.ts';
import { globs } from './campaign-input.ts';
import { checkOptions, type RawCampaignOptions, repeated } from './campaign-options.ts';
import { callNames, errorNames, someOf } from './campaign-values.ts';

/** The texts of the options that each campaign with faults has, as they were given. */
export interface RawFaultCampaignOptions extends RawCampaignOptions {
  readonly ignore: readonly string[];
  readonly compare: string;
  readonly protect: readonly string[];
  readonly only?: string;
  readonly path: readonly string[];
  readonly errors?: string;
  readonly failOn: string;
}

/** What must hold, whatever fails. */
export function judgingOptions(): Option[] {
  return [
    new Option('--compare <list>', 'results of a good run: stdout, stderr, files, times (of files)').default(
      'stdout,files',
    ),
    repeated('--ignore <glob>', 'files whose contents do not matter'),
    ...checkOptions(),
    repeated('--protect <glob>', 'files that no failure may damage; by default all that were there'),
  ];
}

export function errorsOption(): Option {
  return new Option('--errors <list>', 'only these errors: ENOSPC,EIO');
}

export function failOnOption(): Option {
  return new Option('--fail-on <list>', 'exit with 1 for findings of these classes, or none').default(
    FAILING_CLASSES.join(','),
  );
}

/** How a run is judged. Throws a RenacerError for values that can't be, as the others here do. */
export function judgingOf(raw: RawFaultCampaignOptions): Pick<FaultCampaignRequest, 'ignore' | 'compare' | 'protect'> {
  return {
    ignore: globs('--ignore', raw.ignore),
    compare: someOf('--compare', raw.compare, COMPARED),
    protect: raw.protect.length === 0 ? undefined : globs('--protect', raw.protect),
  };
}

/** Which calls fail, and how. */
export function narrowedTo(raw: RawFaultCampaignOptions): Pick<FaultCampaignRequest, 'only' | 'paths' | 'errors'> {
  return {
    only: given(raw.only, (text) => callNames('--only', text)),
    paths: globs('--path', raw.path),
    errors: given(raw.errors, (text) => errorNames('--errors', text)),
  };
}

/** The classes of findings by which the command line fails. */
export function failOnOf({ failOn }: RawFaultCampaignOptions): readonly CaseClass[] {
  return failOn === 'none' ? [] : someOf('--fail-on', failOn, FINDING_CLASSES);
}
