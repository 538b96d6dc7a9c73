import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedMemory, sizeClass } from './memory.ts';

test('a size class holds what was asked for and wastes at most a fifth beyond a cache line', () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 1 << 26 }), (bytes) => {
			const size = sizeClass(bytes);
			expect(size).toBeGreaterThanOrEqual(bytes);
			expect(size % 64).toBe(0);
			expect(size - bytes).toBeLessThanOrEqual(64 + size / 5);
			expect(sizeClass(size)).toBe(size);
		}),
	);
});

test('blocks are aligned, never overlap, and a freed one of the same class goes out first', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 300_000 }), fc.boolean()), { maxLength: 60 }), (steps) => {
			const memory = new SharedMemory({ maximumBytes: 64 * 1024 * 1024 });
			const live: { ptr: number; size: number; free: () => void }[] = [];
			for (const [bytes, freeOne] of steps) {
				const block = memory.alloc(bytes);
				expect(block.ptr % 64).toBe(0);
				expect(block.ptr).toBeGreaterThan(0);
				expect(block.bytes.byteLength).toBe(bytes);
				const size = sizeClass(bytes);
				for (const other of live) expect(block.ptr + size <= other.ptr || other.ptr + other.size <= block.ptr).toBe(true);
				if (freeOne) {
					block.free();
					block.free();
					const again = memory.alloc(bytes);
					expect(again.ptr).toBe(block.ptr);
					live.push({ ptr: again.ptr, size, free: again.free });
				} else live.push({ ptr: block.ptr, size, free: block.free });
			}
			expect(memory.bytesInUse).toBe(live.reduce((sum, { size }) => sum + size, 0));
			for (const { free } of live) free();
			expect(memory.bytesInUse).toBe(0);
		}),
		{ numRuns: 20 },
	);
});

test('views taken before the memory grew still see it, and are known as its own', () => {
	const memory = new SharedMemory();
	const early = memory.alloc(1000);
	memory.alloc(40 * 1024 * 1024);
	early.bytes[7] = 42;
	expect(memory.uint8(early.ptr, 1000)[7]).toBe(42);
	expect(memory.owns(early.bytes)).toBe(true);
	expect(memory.owns(memory.float32(early.ptr, 10))).toBe(true);
	expect(memory.owns(new Uint8Array(10))).toBe(false);
});

test('a full memory says so', () => {
	const memory = new SharedMemory({ maximumBytes: 1024 * 1024 });
	const block = memory.alloc(600_000);
	expect(() => memory.alloc(600_000)).toThrow(/memory is full/);
	block.free();
	expect(memory.alloc(600_000).ptr).toBe(block.ptr);
});
