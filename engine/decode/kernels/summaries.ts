/**
 * Block summaries: count of valid samples, min, max, sum and sum of squares.
 *
 * Sums run in four float64 lanes, sample n in lane n mod 4, added up as (0 + 2) + (1 + 3): the order is part of the definition, so that
 * the twin agrees to the last bit. The square of a float32 is exact in float64, and the sum of squares is NaN exactly where a sample is:
 * blocks are summed without a look at NaN, and only a block whose squares say so is done again with its NaN masked.
 */

const entryBytes: usize = 32;

/** Summarises `n` samples in blocks of `block` (the last may be shorter) into 32-byte entries; returns their number. */
export function summarize(samples: usize, n: u32, block: u32, entries: usize): u32 {
  let written: u32 = 0;
  while (n > 0) {
    const count = min(block, n);
    if (!fast(samples, count, entries)) masked(samples, count, entries);
    samples += count << 2;
    entries += entryBytes;
    n -= count;
    written++;
  }
  return written;
}

/** One block without NaN. False, and nothing written, when there is one. */
// @ts-ignore: decorator
@inline
function fast(p: usize, n: u32, entry: usize): bool {
  let lowest = f32x4.splat(Infinity);
  let highest = f32x4.splat(-Infinity);
  let sumLow = f64x2.splat(0);
  let sumHigh = f64x2.splat(0);
  let squaresLow = f64x2.splat(0);
  let squaresHigh = f64x2.splat(0);
  const whole = p + ((n & ~3) << 2);
  const end = p + (n << 2);
  // Eight samples a turn, in the same four lanes.
  const paired = p + ((n & ~7) << 2);
  while (p < paired) {
    const x = v128.load(p);
    const y = v128.load(p, 16);
    const xLow = f64x2.promote_low_f32x4(x);
    const xHigh = f64x2.promote_low_f32x4(v128.shuffle<u32>(x, x, 2, 3, 2, 3));
    const yLow = f64x2.promote_low_f32x4(y);
    const yHigh = f64x2.promote_low_f32x4(v128.shuffle<u32>(y, y, 2, 3, 2, 3));
    lowest = f32x4.pmin(lowest, x);
    highest = f32x4.pmax(highest, x);
    lowest = f32x4.pmin(lowest, y);
    highest = f32x4.pmax(highest, y);
    sumLow = f64x2.add(f64x2.add(sumLow, xLow), yLow);
    sumHigh = f64x2.add(f64x2.add(sumHigh, xHigh), yHigh);
    squaresLow = f64x2.add(f64x2.add(squaresLow, f64x2.mul(xLow, xLow)), f64x2.mul(yLow, yLow));
    squaresHigh = f64x2.add(f64x2.add(squaresHigh, f64x2.mul(xHigh, xHigh)), f64x2.mul(yHigh, yHigh));
    p += 32;
  }
  if (p < whole) {
    const x = v128.load(p);
    const xLow = f64x2.promote_low_f32x4(x);
    const xHigh = f64x2.promote_low_f32x4(v128.shuffle<u32>(x, x, 2, 3, 2, 3));
    lowest = f32x4.pmin(lowest, x);
    highest = f32x4.pmax(highest, x);
    sumLow = f64x2.add(sumLow, xLow);
    sumHigh = f64x2.add(sumHigh, xHigh);
    squaresLow = f64x2.add(squaresLow, f64x2.mul(xLow, xLow));
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(xHigh, xHigh));
    p += 16;
  }
  if (p < end) {
    // One to three samples are left; absent ones count as nothing.
    const a = f64(load<f32>(p));
    const b = p + 4 < end ? f64(load<f32>(p, 4)) : 0;
    const c = p + 8 < end ? f64(load<f32>(p, 8)) : 0;
    lowest = f32x4.pmin(lowest, f32x4.splat(load<f32>(p)));
    highest = f32x4.pmax(highest, f32x4.splat(load<f32>(p)));
    if (p + 4 < end) {
      lowest = f32x4.pmin(lowest, f32x4.splat(f32(b)));
      highest = f32x4.pmax(highest, f32x4.splat(f32(b)));
    }
    if (p + 8 < end) {
      lowest = f32x4.pmin(lowest, f32x4.splat(f32(c)));
      highest = f32x4.pmax(highest, f32x4.splat(f32(c)));
    }
    sumLow = f64x2.add(sumLow, f64x2.replace_lane(f64x2.splat(a), 1, b));
    sumHigh = f64x2.add(sumHigh, f64x2.replace_lane(f64x2.splat(0), 0, c));
    squaresLow = f64x2.add(squaresLow, f64x2.replace_lane(f64x2.splat(a * a), 1, b * b));
    squaresHigh = f64x2.add(squaresHigh, f64x2.replace_lane(f64x2.splat(0), 0, c * c));
  }
  const squares = f64x2.add(squaresLow, squaresHigh);
  const sumOfSquares = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  if (sumOfSquares != sumOfSquares) return false;
  const sums = f64x2.add(sumLow, sumHigh);
  lowest = f32x4.pmin(lowest, v128.shuffle<u32>(lowest, lowest, 2, 3, 0, 1));
  lowest = f32x4.pmin(lowest, v128.shuffle<u32>(lowest, lowest, 1, 0, 3, 2));
  highest = f32x4.pmax(highest, v128.shuffle<u32>(highest, highest, 2, 3, 0, 1));
  highest = f32x4.pmax(highest, v128.shuffle<u32>(highest, highest, 1, 0, 3, 2));
  store<u32>(entry, n);
  store<u32>(entry, 0, 4);
  store<f32>(entry, f32x4.extract_lane(lowest, 0), 8);
  store<f32>(entry, f32x4.extract_lane(highest, 0), 12);
  store<f64>(entry, f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1), 16);
  store<f64>(entry, sumOfSquares, 24);
  return true;
}

/** One block with NaN: they count as nothing. */
function masked(p: usize, n: u32, entry: usize): void {
  let lowest = f32x4.splat(Infinity);
  let highest = f32x4.splat(-Infinity);
  let valid = i32x4.splat(0);
  let sumLow = f64x2.splat(0);
  let sumHigh = f64x2.splat(0);
  let squaresLow = f64x2.splat(0);
  let squaresHigh = f64x2.splat(0);
  for (let i: u32 = 0; i < n; i += 4) {
    let x: v128;
    if (i + 4 <= n) {
      x = v128.load(p);
    } else {
      x = f32x4.splat(NaN);
      x = f32x4.replace_lane(x, 0, load<f32>(p));
      if (i + 1 < n) x = f32x4.replace_lane(x, 1, load<f32>(p, 4));
      if (i + 2 < n) x = f32x4.replace_lane(x, 2, load<f32>(p, 8));
    }
    const present = f32x4.eq(x, x);
    // pmin and pmax give the first operand where the second is NaN.
    lowest = f32x4.pmin(lowest, x);
    highest = f32x4.pmax(highest, x);
    valid = i32x4.sub(valid, present);
    const y = v128.and(x, present);
    const low = f64x2.promote_low_f32x4(y);
    const high = f64x2.promote_low_f32x4(v128.shuffle<u32>(y, y, 2, 3, 2, 3));
    sumLow = f64x2.add(sumLow, low);
    sumHigh = f64x2.add(sumHigh, high);
    squaresLow = f64x2.add(squaresLow, f64x2.mul(low, low));
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(high, high));
    p += 16;
  }
  const count = i32x4.extract_lane(valid, 0) + i32x4.extract_lane(valid, 1) + i32x4.extract_lane(valid, 2) + i32x4.extract_lane(valid, 3);
  const sums = f64x2.add(sumLow, sumHigh);
  const squares = f64x2.add(squaresLow, squaresHigh);
  lowest = f32x4.pmin(lowest, v128.shuffle<u32>(lowest, lowest, 2, 3, 0, 1));
  lowest = f32x4.pmin(lowest, v128.shuffle<u32>(lowest, lowest, 1, 0, 3, 2));
  highest = f32x4.pmax(highest, v128.shuffle<u32>(highest, highest, 2, 3, 0, 1));
  highest = f32x4.pmax(highest, v128.shuffle<u32>(highest, highest, 1, 0, 3, 2));
  store<u32>(entry, count);
  store<u32>(entry, 0, 4);
  store<f32>(entry, count > 0 ? f32x4.extract_lane(lowest, 0) : NaN, 8);
  store<f32>(entry, count > 0 ? f32x4.extract_lane(highest, 0) : NaN, 12);
  store<f64>(entry, f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1), 16);
  store<f64>(entry, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1), 24);
}
