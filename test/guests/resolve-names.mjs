// Asks a DNS server for names, one after the other. argv: server names... Prints JSON: for each name `ok` or the error's code.
import { Resolver } from 'node:dns/promises';

const [server, ...names] = process.argv.slice(2);
const results = [];
for (const name of names) {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([server]);
  results.push(
    await resolver.resolve4(name).then(
      () => 'ok',
      (error) => error.code,
    ),
  );
}
console.log(JSON.stringify(results));
