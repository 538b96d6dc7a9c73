import { afterAll, expect, it } from 'vitest';
import { JsonNumbers, shortestText } from './json-numbers.ts';

const writer = new JsonNumbers(4096);
afterAll(() => writer.free());

function written(samples: Float32Array): string[] {
	const text = Buffer.from(writer.numbers(samples)).toString('latin1');
	expect(text.startsWith(',')).toBe(true);
	return text.slice(1).split(',');
}

/** A block of pseudo-random bit patterns: every exponent, both signs. */
function anyFloats(seed: number): Float32Array {
	const bits = new Uint32Array(4096);
	let state = seed;
	for (let i = 0; i < bits.length; i++) {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		bits[i] = (state ^ (state >>> 13)) >>> 0;
	}
	return new Float32Array(bits.buffer).map((value) => (Number.isFinite(value) ? value : 1));
}

it('writes what its twin writes, and what reads back as the same float32', () => {
	for (let seed = 1; seed <= 50; seed++) {
		const samples = anyFloats(seed * 7919);
		const texts = written(samples);
		for (let i = 0; i < samples.length; i++) {
			if (texts[i] !== shortestText(samples[i])) expect(`${samples[i]} → ${texts[i]}`).toBe(`${samples[i]} → ${shortestText(samples[i])}`);
			if (Math.fround(Number(texts[i])) !== samples[i]) expect(texts[i]).toBe(String(samples[i]));
		}
	}
});

it('is never longer than any other decimal that reads back', () => {
	for (const value of anyFloats(3)) {
		const digits = (text: string) => text.replace(/e.*$/, '').replace(/\D/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
		const count = digits(shortestText(value));
		if (count > 1) expect(Math.fround(Number(value.toPrecision(count - 1))) === value).toBe(false);
	}
});

it('knows the ends and the corners', () => {
	const corners = Float32Array.of(
		0,
		-0,
		1,
		-1,
		0.1,
		1e-6,
		1e-7,
		3.4028234663852886e38,
		1.401298464324817e-45,
		1.1754943508222875e-38,
		2 ** -126 * 1.5,
		16777216,
		33554432,
		1e21,
		1e20,
		0.5,
		4.2,
		0.00012345678,
		9.999999e9,
		1e10,
	);
	expect(written(corners)).toEqual([...corners].map(shortestText));
	expect(written(Float32Array.of(0.1, 1e-7, 3.4028234663852886e38, 1e21, 100, -0))).toEqual(['0.1', '1e-7', '3.4028235e+38', '1e+21', '100', '0']);
	for (let exponent = -149; exponent < 128; exponent++) expect(written(Float32Array.of(2 ** exponent))).toEqual([shortestText(2 ** exponent)]);
});

it('writes values that come again, and others that take their places, as it did before', () => {
	const few = Float32Array.from({ length: 4096 }, (_, i) => [0, -0, 3.3, -1e20, -1.2345679e-6, 16777216, 1.4e-45, 0.1][(i * i) % 8]);
	for (const samples of [few, few, anyFloats(5), few, anyFloats(6), anyFloats(5)]) expect(written(samples)).toEqual([...samples].map(shortestText));
});

it('keeps to its memory with the longest numbers', () => {
	const small = new JsonNumbers(64);
	const next = new JsonNumbers(64);
	const known = Buffer.from(next.numbers(Float32Array.of(1.25, 2.5)));
	const longest = new Float32Array(64).fill(-9e20);
	expect(Buffer.from(small.numbers(longest)).toString()).toBe(',-900000000000000000000'.repeat(64));
	const [first, second] = [Float32Array.of(1, 2), Float32Array.of(3)].map((samples) => small.numbers(samples));
	expect([first, second].map((text) => Buffer.from(text).toString())).toEqual([',1,2', ',3']);
	expect(Buffer.from(next.numbers(Float32Array.of(1.25, 2.5)))).toEqual(known);
	small.free();
	next.free();
});

it('writes a lost sample as the valid one before it', () => {
	const fresh = new JsonNumbers(8);
	expect(Buffer.from(fresh.numbers(Float32Array.of(Number.NaN, 1.5, Number.NaN, Number.NaN, 2, Number.NaN))).toString()).toBe(',0,1.5,1.5,1.5,2,2');
	expect(Buffer.from(fresh.numbers(Float32Array.of(Number.NaN, Number.NaN))).toString()).toBe(',2,2');
	expect(Buffer.from(fresh.numbers(Float32Array.of(2 ** -120, Number.POSITIVE_INFINITY, Number.NaN, 3))).toString()).toBe(',7.523164e-37,7.523164e-37,7.523164e-37,3');
	fresh.free();
});
