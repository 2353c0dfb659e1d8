const pending = new Set<() => void>();

/** Has `action` done if this process exits before the function that is returned takes it back. The newest is done first. */
export function atExit(action: () => void): () => void {
  // One listener for all: Node warns of more than ten.
  if (pending.size === 0) process.on('exit', doAll);
  pending.add(action);
  return () => {
    pending.delete(action);
    if (pending.size === 0) process.off('exit', doAll);
  };
}

function doAll(): void {
  for (const action of [...pending].reverse()) action();
}
