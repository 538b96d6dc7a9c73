import { describe, expect, it } from 'vitest';
import { Modem } from './modem.ts';

/** A modem at 3.6 V, moved on by the millisecond, with what it says and draws. */
class Bench {
	readonly modem = new Modem();
	readonly lines: string[] = [];
	volts = 3.6;
	#block = new Float64Array(1);

	/** Mean current in A. */
	run(ms: number): number {
		let sum = 0;
		for (let i = 0; i < ms; i++) {
			this.modem.fill(this.volts, this.#block, 0, 1, 1000);
			sum += this.#block[0];
			const printed = this.modem.uart?.take();
			if (printed) this.lines.push(...new TextDecoder().decode(printed).split('\r\n').filter(Boolean));
		}
		return sum / ms;
	}

	say(command: string): string[] {
		const before = this.lines.length;
		this.modem.uart?.receive(new TextEncoder().encode(`${command}\r\n`));
		this.run(300);
		return this.lines.slice(before);
	}
}

describe('the modem', () => {
	it('says Ready after every power-up, and nothing of its own otherwise', () => {
		const bench = new Bench();
		for (const volts of [3.6, 4.2, 3.1]) {
			bench.volts = 0;
			bench.run(10);
			bench.volts = volts;
			bench.run(5000);
		}
		expect(bench.lines).toEqual(['Ready', 'Ready', 'Ready']);
	});

	it('answers everything that a power-save test sends with OK, once, after a moment', () => {
		const bench = new Bench();
		bench.run(1500);
		const commands = [
			'AT+CEREG=5',
			'AT+CSCON=3',
			'AT+CPSMS=0',
			'AT+CEDRXS=0',
			'AT%XSYSTEMMODE=1,0,1,0',
			'AT+CEDRXS=2,4,"0011"',
			'AT+CPSMS=1,"","","00100001","00100010"',
			'AT+CFUN=1',
			'AT+CFUN=0',
			'AT%XSYSTEMMODE=0,1,1,0',
			'AT+CEDRXS=2,5,"0011"',
		];
		for (const command of commands) expect(bench.say(command), command).toEqual(['OK']);
		const before = bench.lines.length;
		bench.modem.uart?.receive(new TextEncoder().encode('AT\r\n'));
		bench.run(80);
		expect(bench.lines).toHaveLength(before);
	});

	it('refuses what it does not know and what it cannot do now', () => {
		const bench = new Bench();
		bench.run(1500);
		for (const command of ['AT+NONSENSE', 'AT+CFUN=7', 'AT+CPSMS=2', 'AT%XSYSTEMMODE=0,0,1,0']) expect(bench.say(command), command).toEqual(['ERROR']);
		bench.say('AT+CFUN=1');
		expect(bench.say('AT%XSYSTEMMODE=0,1,1,0')).toEqual(['ERROR']);
	});

	it('finds its network, reports it when told to, and saves power as told', () => {
		const bench = new Bench();
		bench.run(1500);
		const off = bench.run(1000);
		bench.say('AT+CEREG=5');
		bench.say('AT+CPSMS=1,"","","00100001","00000101"'); // asleep 10 s after it has become idle
		bench.say('AT+CFUN=1');
		const searching = bench.run(2000);
		bench.run(8000);
		expect(bench.lines).toContain('+CEREG: 1,"0001","0000000A",7');
		expect(bench.say('AT+CEREG?')).toEqual(['+CEREG: 0,1', 'OK']);
		const idle = bench.run(8000);
		bench.run(4000);
		const asleep = bench.run(8000);
		expect(searching).toBeGreaterThan(0.04);
		expect(idle).toBeGreaterThan(asleep * 1.2);
		expect(asleep).toBeCloseTo(off, 5);
	});
});
