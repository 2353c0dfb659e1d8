/** How long, in ms, a program may take that should end soon. Nothing is measured by it: the machine may be busy with much else. */
export const PATIENCE_MS = 400_000;
