/** Does something so many times, three of them at once: as many as are under way at any moment on two CPUs without much waiting. */
export async function inTurns(times: number, action: () => Promise<void>): Promise<void> {
  let left = times;
  const turns = Array.from({ length: 3 }, async () => {
    while (left-- > 0) await action();
  });
  await Promise.all(turns);
}
