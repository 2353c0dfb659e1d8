/** Why a group can't be had here, in words for the report: the next backend is tried. */
export class GroupUnavailable extends Error {}

/** The group, or undefined where it can't be had; `note` is told why. */
export function ifAvailable<Group>(make: () => Group, note?: (reason: string) => void): Group | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof GroupUnavailable)) throw error;
    note?.(error.message);
    return undefined;
  }
}
