// Makes requests to an http server over many kept connections at once. argv: host port connections requests. Prints JSON: the
// times of all requests but the first of each connection, in ms.
import { Agent, get } from 'node:http';

const [host, port, connections, requests] = process.argv.slice(2);
const tripsMs = [];
await Promise.all([...Array(Number(connections))].map(client));
console.log(JSON.stringify(tripsMs));

async function client() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await request(agent);
  for (let i = 0; i < Number(requests); i++) {
    const start = performance.now();
    await request(agent);
    tripsMs.push(performance.now() - start);
  }
  agent.destroy();
}

function request(agent) {
  return new Promise((resolve, reject) => {
    get({ host, port, agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
}
