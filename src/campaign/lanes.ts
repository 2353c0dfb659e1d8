/**
 * Does work in several lanes at once until there is none: `take` gives the next piece, or undefined if there is none by now. While some is
 * under way it may bring more. Rejects with the first error, when the other lanes have ended.
 */
export async function inLanes<T>(
  count: number,
  take: () => T | undefined,
  work: (piece: T) => Promise<void> | undefined,
): Promise<void> {
  let underWay = 0;
  let failure: { readonly error: unknown } | undefined;
  const waiting: (() => void)[] = [];
  const wakeAll = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };
  const lane = async (): Promise<void> => {
    while (!failure) {
      const piece = take();
      if (piece === undefined) {
        if (underWay === 0) return;
        await new Promise<void>((resolve) => waiting.push(resolve));
        continue;
      }
      const promise = work(piece);
      if (promise === undefined) continue;
      underWay++;
      try {
        await promise;
      } catch (error) {
        failure ??= { error };
      }
      underWay--;
      wakeAll();
    }
  };
  await Promise.all(Array.from({ length: count }, lane));
  if (failure) throw (failure as { readonly error: unknown }).error;
}
