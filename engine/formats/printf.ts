/**
 * Numbers as C's printf writes them, to the last digit: `%.9g`, `%.6f` and `%.3f`, into bytes. The fast path multiplies by a power of ten and rounds;
 * where that could differ from the exact decimal value of the float64, because it lies near a half, BigInt arithmetic decides. Ties go to
 * the even digit, as in printf.
 */

/** 10^k for k from −345 on, as near as a float64 comes. */
const powers = Float64Array.from({ length: 345 + 309 }, (_, i) => Number(`1e${i - 345}`));
const power = (k: number) => powers[k + 345];
/** Digits of 000 to 999. */
const triples = new Uint8Array(3000);
for (let i = 0; i < 1000; i++) triples.set([48 + Math.floor(i / 100), 48 + (Math.floor(i / 10) % 10), 48 + (i % 10)], 3 * i);

const minus = 45;
const dot = 46;
const zero = 48;
/** How near to a half the fast product must lie to be decided exactly: its error is below 4 units of 2⁻⁵³ of at most 10⁹, so 5e-7. */
const doubt = 1e-5;
/** The longest text that either function writes. */
export const longestNumber = 330;

/** Writes `%.9g` of `value` at `at`; returns the end. NaN is `nan`. */
export function writeGeneral(target: Uint8Array, at: number, value: number): number {
	let end = at;
	if (!Number.isFinite(value)) return writeText(target, end, Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf');
	if (value < 0 || Object.is(value, -0)) target[end++] = minus;
	const magnitude = Math.abs(value);
	if (magnitude === 0) {
		target[end++] = zero;
		return end;
	}
	let exponent = Math.floor(Math.log10(magnitude));
	let digits = rounded(magnitude, 8 - exponent);
	// log10 may be off by one next to a power of ten, and rounding up may reach the next one.
	if (digits < 1e8) digits = rounded(magnitude, 8 - --exponent);
	if (digits >= 1e9) digits = rounded(magnitude, 8 - ++exponent);
	return exponent < -4 || exponent >= 9 ? writeScientific(target, end, digits, exponent) : writeDecimal(target, end, digits, exponent);
}

/** Writes `%.6f` of `value` (a time in s) at `at`; returns the end. */
export function writeFixed6(target: Uint8Array, at: number, value: number): number {
	let end = at;
	const magnitude = Math.abs(value);
	if (!(magnitude < 9e8)) return writeText(target, end, Number.isFinite(value) ? exactFixed(value) : String(value).toLowerCase().replace('infinity', 'inf'));
	if (value < 0 || Object.is(value, -0)) target[end++] = minus;
	const micro = rounded(magnitude, 6);
	const whole = Math.floor(micro / 1e6);
	end = writeInteger(target, end, whole);
	target[end++] = dot;
	const fraction = micro - whole * 1e6;
	const upper = Math.floor(fraction / 1000);
	put3(target, end, upper);
	put3(target, end + 3, fraction - upper * 1000);
	return end + 6;
}

/** Writes `%.3f` of `value` (µA, ms) at `at`; returns the end. NaN is `nan`. */
export function writeFixed3(target: Uint8Array, at: number, value: number): number {
	let end = at;
	const magnitude = Math.abs(value);
	if (!(magnitude < 9e11)) return writeText(target, end, Number.isFinite(value) ? value.toFixed(3) : String(value).toLowerCase().replace('infinity', 'inf'));
	if (value < 0) target[end++] = minus;
	const milli = rounded(magnitude, 3);
	const whole = Math.floor(milli / 1000);
	end = writeInteger(target, end, whole);
	target[end++] = dot;
	put3(target, end, milli - whole * 1000);
	return end + 3;
}

/** magnitude · 10^k, rounded to an integer as the exact product would be, ties to even. */
function rounded(magnitude: number, k: number): number {
	const product = k <= 308 ? magnitude * power(k) : magnitude * power(308) * power(k - 308);
	const floor = Math.floor(product);
	const rest = product - floor;
	// Beyond 2⁴³ the float64 has too few places left behind the point for the doubt to be a doubt.
	if (Math.abs(rest - 0.5) < doubt || product > 2 ** 43) return exactRounded(magnitude, k);
	return rest > 0.5 ? floor + 1 : floor;
}

/** The same by exact arithmetic. */
export function exactRounded(magnitude: number, k: number): number {
	const [mantissa, exponent] = binary(magnitude);
	let numerator = mantissa;
	let denominator = 1n;
	if (k >= 0) numerator *= 10n ** BigInt(k);
	else denominator *= 10n ** BigInt(-k);
	if (exponent >= 0) numerator <<= BigInt(exponent);
	else denominator <<= BigInt(-exponent);
	const quotient = numerator / denominator;
	const twice = 2n * (numerator - quotient * denominator);
	const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
	return Number(up ? quotient + 1n : quotient);
}

/** magnitude = mantissa · 2^exponent. */
function binary(magnitude: number): [bigint, number] {
	const view = new DataView(new ArrayBuffer(8));
	view.setFloat64(0, magnitude);
	const bits = view.getBigUint64(0);
	const biased = Number(bits >> 52n);
	const fraction = bits & ((1n << 52n) - 1n);
	return biased === 0 ? [fraction, -1074] : [fraction | (1n << 52n), biased - 1075];
}

/** `%.6f` of a large number: its whole part is exact in a float64 from 2⁵² on, below that BigInt rounds. */
function exactFixed(value: number): string {
	const [mantissa, exponent] = binary(Math.abs(value));
	const scaled = exponent >= 0 ? (mantissa << BigInt(exponent)) * 1_000_000n : roundShift(mantissa * 1_000_000n, -exponent);
	const text = scaled.toString().padStart(7, '0');
	return `${value < 0 ? '-' : ''}${text.slice(0, -6)}.${text.slice(-6)}`;
}

function roundShift(value: bigint, shift: number): bigint {
	const unit = 1n << BigInt(shift);
	const quotient = value / unit;
	const twice = 2n * (value - quotient * unit);
	return twice > unit || (twice === unit && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

const nine = new Uint8Array(9);

/** Nine digits to `nine`; returns how many are left without trailing zeros. */
function split(digits: number): number {
	const high = Math.floor(digits / 1e6);
	const middle = Math.floor(digits / 1000) - high * 1000;
	put3(nine, 0, high);
	put3(nine, 3, middle);
	put3(nine, 6, digits - high * 1e6 - middle * 1000);
	let length = 9;
	while (length > 1 && nine[length - 1] === zero) length--;
	return length;
}

function writeScientific(target: Uint8Array, at: number, digits: number, exponent: number): number {
	const length = split(digits);
	let end = at;
	target[end++] = nine[0];
	if (length > 1) target[end++] = dot;
	for (let i = 1; i < length; i++) target[end++] = nine[i];
	target[end++] = 101; // e
	target[end++] = exponent < 0 ? minus : 43;
	const size = Math.abs(exponent);
	if (size < 10) target[end++] = zero;
	return writeInteger(target, end, size);
}

function writeDecimal(target: Uint8Array, at: number, digits: number, exponent: number): number {
	const length = split(digits);
	let end = at;
	if (exponent < 0) {
		target[end++] = zero;
		target[end++] = dot;
		for (let i = -1; i > exponent; i--) target[end++] = zero;
		for (let i = 0; i < length; i++) target[end++] = nine[i];
		return end;
	}
	for (let i = 0; i <= exponent; i++) target[end++] = nine[i];
	if (length > exponent + 1) target[end++] = dot;
	for (let i = exponent + 1; i < length; i++) target[end++] = nine[i];
	return end;
}

function writeInteger(target: Uint8Array, at: number, value: number): number {
	if (value < 10) {
		target[at] = zero + value;
		return at + 1;
	}
	let length = 1;
	for (let limit = 10; value >= limit; limit *= 10) length++;
	let rest = value;
	for (let i = length - 1; i >= 0; i--) {
		const next = Math.floor(rest / 10);
		target[at + i] = zero + (rest - next * 10);
		rest = next;
	}
	return at + length;
}

function put3(target: Uint8Array, at: number, value: number): void {
	const from = 3 * value;
	target[at] = triples[from];
	target[at + 1] = triples[from + 1];
	target[at + 2] = triples[from + 2];
}

function writeText(target: Uint8Array, at: number, text: string): number {
	for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
	return at + text.length;
}
