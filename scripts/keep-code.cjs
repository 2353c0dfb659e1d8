// node scripts/keep-code.cjs OPTIONS...: runs Renacer with these, and keeps V8's code of what each of its threads has used, where
// src/bundle/bundled.ts looks for it; with --of FILE...: of these bundles, as far as V8 compiles them without running them. Part of
// `npm run build`.
const threads = require('node:worker_threads');
const { bundles, compile, keepBuilt, load } = require('../dist/bundle/bundled.cjs');

function keepAll() {
  for (const [file, { script }] of bundles) keepBuilt(file, script);
}

/** Threads are ended in the middle of what they do: they keep their code when they say that the run has ended. */
class KeepingWorker extends threads.Worker {
  constructor({ pathname }, options) {
    super(__filename, { ...options, workerData: pathname.replace(/-start\.cjs$/, '.cjs') });
  }
}

const [option, ...files] = process.argv.slice(2);
if (!threads.isMainThread) {
  const { postMessage } = threads.parentPort;
  threads.parentPort.postMessage = function (message, ...transferred) {
    if (message.kind === 'ended') keepAll();
    return postMessage.call(this, message, ...transferred);
  };
  load(threads.workerData);
} else if (option === '--of') {
  for (const file of files) keepBuilt(file, compile(file).script);
} else {
  threads.Worker = KeepingWorker;
  process.on('exit', keepAll);
  load(require.resolve('../dist/cli/main.cjs'));
}
