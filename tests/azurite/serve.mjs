// Azurite in memory, on free ports of this machine, until its standard input ends: so it never outlives the tests that started it.
//   node serve.mjs [further options of azurite]
// What it asks for and does not use here (its telemetry, the drivers of databases) is two thirds of its packages: package.json puts one that
// is there anyway in their place.
// Says each service's address as "<service> http://127.0.0.1:<port>".
import { createRequire } from 'node:module';

const said = console.log;
console.log = line => {
  const found = /^Azurite (\w+) service is successfully listening at (\S+)/.exec(line);
  if (found) said(`${found[1]} ${found[2]}`);
};
process.argv.push('--inMemoryPersistence', '--disableTelemetry', '--silent', '--blobPort', '0', '--queuePort', '0', '--tablePort', '0');
process.stdin.resume().on('end', () => process.exit(0));
createRequire(import.meta.url)('azurite/dist/src/azurite.js');
