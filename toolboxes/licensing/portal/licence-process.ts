/** For tests that need a portal in a process of its own: `node licence-process.ts DATABASE` serves licences there and prints its address. */

import { LicenceBench } from './licence-testing.ts';

const bench = await LicenceBench.open(process.argv[2]);
process.stdout.write(`${bench.url}\n`);
// Whoever started it has gone.
process.stdin.on('end', () => process.exit()).resume();
