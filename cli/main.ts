/** The program `microjoule`: one file a command, put together here. */

import { devicesCommand } from './devices.ts';
import { exportCommand } from './export.ts';
import { infoCommand } from './info.ts';
import { run } from './program.ts';
import { recordCommand } from './record.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';
import { statsCommand } from './stats.ts';

await run([devicesCommand(), simulateCommand(), recordCommand(), infoCommand(), statsCommand(), exportCommand(), serveCommand()]);
