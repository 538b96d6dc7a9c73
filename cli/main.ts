/** The program `microjoule`: one file a command, put together here. */

import { batteryCommand } from './battery.ts';
import { budgetCommand } from './budget.ts';
import { devicesCommand } from './devices.ts';
import { editCommand } from './edit.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { infoCommand } from './info.ts';
import { licencesCommand } from './licences.ts';
import { loginCommand } from './login.ts';
import { logoutCommand } from './logout.ts';
import { plotCommand } from './plot.ts';
import { portalCommand } from './portal.ts';
import { run } from './program.ts';
import { recordCommand } from './record.ts';
import { repairCommand } from './repair.ts';
import { reserveCommand } from './reserve.ts';
import { returnCommand } from './return.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';
import { statsCommand } from './stats.ts';
import { verifyCommand } from './verify.ts';

await run([
	devicesCommand(),
	simulateCommand(),
	recordCommand(),
	infoCommand(),
	statsCommand(),
	editCommand(),
	exportCommand(),
	importCommand(),
	plotCommand(),
	verifyCommand(),
	repairCommand(),
	budgetCommand(),
	batteryCommand(),
	serveCommand(),
	loginCommand(),
	logoutCommand(),
	licencesCommand(),
	reserveCommand(),
	returnCommand(),
	portalCommand(),
]);
