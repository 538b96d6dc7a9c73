/** The tables that the number-writing kernels read (kernels/csv.ts, kernels/shortest.ts): 10^k as float64 for k from −40 to 60, then, from byte 1024 on, the texts 0000 to 9999. */

const lowestPower = -40;
const highestPower = 60;
const textsAt = 1024;

export const digitTableBytes = textsAt + 40_000;

export function fillDigitTables(bytes: Uint8Array): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	for (let k = lowestPower; k <= highestPower; k++) view.setFloat64(8 * (k - lowestPower), Number(`1e${k}`), true);
	for (let k = 0; k < 10_000; k++) for (let d = 0; d < 4; d++) bytes[textsAt + 4 * k + d] = 48 + (Math.floor(k / 10 ** (3 - d)) % 10);
}
