// Plays Renacer for a test that kills it: impairs the network of a group, says so, and waits. argv: dist directory, group.
import path from 'node:path';

const [dist, group] = process.argv.slice(2);
const { prepareNetwork } = await import(path.join(dist, 'chaos/network/queue/queued-network.js'));
await prepareNetwork({ rules: [{ networkLatencyMs: 20 }] }, { seed: 1, cgroup: group });
console.log('ready');
setInterval(() => {}, 1000);
