import { SHORT_HELP, TOPICS } from './help-topics.ts';
import { wrapText } from './wrapped-text.ts';

/** One screen: what it is, examples, the options that are needed first. */
export function shortHelp(): string {
  const topics = TOPICS.map(({ name }) => name).join(', ');
  return wrapText(SHORT_HELP.replace('{topics}', `renacer help TOPIC (${topics})`));
}
