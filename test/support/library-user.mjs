// node library-user.mjs DIST HOW(exit|throw|kill) AFTER_MS OPTIONS_JSON COMMAND [ARG...]
// A program that uses the library, and comes to an end in the middle of a run.
const [dist, how, afterMs, options, command, ...args] = process.argv.slice(2);
const { run } = await import(`${dist}/index.js`);
setTimeout(() => {
  if (how === 'exit') process.exit(3);
  if (how === 'kill') process.kill(process.pid, 'SIGKILL');
  throw new Error('a defect of the program');
}, Number(afterMs));
const result = await run(command, args, JSON.parse(options));
process.stdout.write(`${result.outcome}\n`);
