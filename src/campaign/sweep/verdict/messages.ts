/** Words by which programs tell people that something is not as it should be. */
const COMPLAINT =
  /\b(?:warn(?:ing)?|errors?|cannot|can'?t|could ?n[o']t|unable|fail(?:s|ed|ure)?|denied|read-only|ignor(?:ed|ing)|skipp(?:ed|ing)|no such|invalid|refused|too many|no space|out of memory)\b/i;
/** More is no message any more. */
const MOST_LINES = 3;

/** What is there in addition to all that usually is, if it reads as a complaint: a program that writes these to stdout, between its results. */
export function complaintsIn(good: string, now: string): readonly string[] {
  const usual = good.split('\n');
  let at = 0;
  const added = now.split('\n').filter((line) => {
    if (line !== usual[at]) return true;
    at++;
    return false;
  });
  const isAll = at === usual.length && added.length <= MOST_LINES && added.every((line) => COMPLAINT.test(line));
  return isAll ? added : [];
}
