// Asks a DNS server for names, all at once. argv: server names... Prints JSON: for each name `ok` or the error's code.
import { Resolver } from 'node:dns/promises';

const [server, ...names] = process.argv.slice(2);
const results = await Promise.all(names.map(resolve));
console.log(JSON.stringify(results));

async function resolve(name) {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([server]);
  return resolver.resolve4(name).then(
    () => 'ok',
    (error) => error.code,
  );
}
