/** In case that the signal of a child was lost: somebody else in this process may have set its handler. */
const LOOK_MS = 250;

const looks = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

/**
 * Has `look` called whenever a child of this process may have changed its state, the first time soon, until the function that is
 * returned is called; this process does not end by itself before that. For the first thread: others are told of no signals.
 */
export function onChildChange(look: () => void): () => void {
  // One listener for all: Node warns of more than ten.
  if (looks.size === 0) {
    process.on('SIGCHLD', lookAll);
    timer = setInterval(lookAll, LOOK_MS);
  }
  looks.add(look);
  // It may have changed before.
  setImmediate(() => looks.has(look) && look());
  return () => {
    if (!looks.delete(look) || looks.size > 0) return;
    process.off('SIGCHLD', lookAll);
    clearInterval(timer);
  };
}

function lookAll(): void {
  for (const look of looks) look();
}
