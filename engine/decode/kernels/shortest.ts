/**
 * Numbers of JSON: the shortest decimal that reads back as the same float32, nearest to it among those, in JavaScript's notation, and a
 * comma. Its twin is `shortestText` in `engine/formats/json-numbers.ts`.
 *
 * Every decimal between the midpoints to a sample's two neighbours reads back as the sample. Sample and midpoints are exact in float64; multiplied
 * by a power of ten they have nine digits before the point and an error below 1e-6. Where a whole number lies so near to a midpoint, or
 * two candidates are so nearly equally far, that this error could decide, the kernel stops before the sample: the twin decides exactly.
 *
 * Instruments measure in steps, so the same few values come again and again: the text of a value is kept in `memo`, at the place that its bits are
 * scattered to, until another value takes the place. An entry has 32 bytes: u32 bits, u32 length, the text with its comma. One thread at a time.
 *
 * `tables` as in csv.ts.
 */

const memoBits: u32 = 12;

const doubt: f64 = 1e-5;
const textsAt: usize = 1024;
const lowestPower: i32 = -40;
const comma: u8 = 44;

/** Samples that the last call of `shortestNumbers` wrote. */
export let shortestWritten: u32 = 0;

/** Writes up to `n` samples; returns the end of the text. Up to 24 bytes behind it are overwritten. */
export function shortestNumbers(samples: usize, n: u32, tables: usize, memo: usize, out: usize): usize {
  let end = out;
  let k: u32 = 0;
  for (; k < n; k++) {
    const bits = load<u32>(samples + (k << 2));
    const entry = memo + (((bits * 0x9e3779b1) >> (32 - memoBits)) << 5);
    if (load<u32>(entry) == bits) {
      v128.store(end, v128.load(entry, 8));
      store<u64>(end, load<u64>(entry, 24), 16);
      end += load<u32>(entry, 4);
      continue;
    }
    const p = putShortest(bits, tables, end);
    if (p == 0) break;
    store<u8>(p, comma);
    store<u32>(entry, bits);
    store<u32>(entry, <u32>(p + 1 - end), 4);
    v128.store(entry, v128.load(end), 8);
    store<u64>(entry, load<u64>(end, 16), 24);
    end = p + 1;
  }
  shortestWritten = k;
  return end;
}

// @ts-ignore: decorator
@inline
function putShortest(bits: u32, tables: usize, at: usize): usize {
  const magnitudeBits = bits & 0x7fffffff;
  if (magnitudeBits >= 0x7f800000) return 0;
  let p = at;
  if (magnitudeBits == 0) {
    store<u8>(p, 48);
    return p + 1;
  }
  if (bits >> 31) store<u8>(p++, 45);
  const value = <f64>reinterpret<f32>(magnitudeBits);
  const wide = reinterpret<u64>(value);
  let exponent = (((<i32>(wide >> 52) & 2047) - 1023) * 315653) >> 20;
  let scale = load<f64>(tables + ((8 - exponent - lowestPower) << 3));
  let x = value * scale;
  if (x >= 1e9) {
    exponent++;
    scale = load<f64>(tables + ((8 - exponent - lowestPower) << 3));
    x = value * scale;
  }
  // Half the distance to the next float32: 2⁻²⁴ of the sample's power of two; below a power of two it is half of that, and subnormals have one distance.
  let half = reinterpret<f64>((wide & 0x7ff0000000000000) - ((<u64>24) << 52)) * scale;
  let halfBelow = half;
  if ((magnitudeBits & 0x7fffff) == 0 || magnitudeBits < 0x800000) {
    if (magnitudeBits <= 0x800000) halfBelow = half = 7.006492321624085e-46 * scale;
    else halfBelow = half * 0.5;
  }
  const low = x - halfBelow;
  const high = x + half;
  const lowest = Math.ceil(low);
  const highest = Math.floor(high);
  if (Math.abs(lowest - low - 0.5) > 0.5 - doubt || Math.abs(high - highest - 0.5) > 0.5 - doubt) return 0;
  // By way of i32, which one instruction converts to: all have nine digits at most. To u32 it would cost a third of the kernel's time.
  const least = <u32>(<i32>lowest);
  const most = <u32>(<i32>highest);

  // The coarsest step, a power of ten, of which a multiple lies between the midpoints; where one of 10^k does, one of every smaller power does. Digital
  // instruments give seven to nine digits, or, where their steps show, few.
  let zeros: i32 = 0;
  let step: u32 = 1;
  let count = most;
  const tens = most / 10;
  if (tens * 10 >= least) {
    zeros = 1;
    step = 10;
    count = tens;
    const tenThousands = most / 10000;
    if (tenThousands * 10000 >= least) {
      zeros = 4;
      step = 10000;
      count = tenThousands;
    }
    while (step < 1000000000) {
      const next = count / 10;
      if (next * step * 10 < least || next == 0) break;
      count = next;
      step *= 10;
      zeros++;
    }
  }
  const share = load<f64>(tables + ((-zeros - lowestPower) << 3));
  // The multiple nearest to the sample.
  const quotient = x * share;
  const whole = Math.floor(quotient);
  const rest = quotient - whole;
  if (Math.abs(rest - 0.5) < doubt) return 0;
  const nearest = <u32>(<i32>whole) + <u32>(rest > 0.5);
  let digits = (nearest > count ? count : nearest * step < least ? nearest + 1 : nearest) * step;
  if (digits >= 1000000000) {
    digits = 100000000;
    zeros = 8;
    exponent++;
  }
  return putDigits(digits, zeros, exponent, tables, p);
}

/** `digits` · 10^(exponent − 8): there are nine, and the last `zeros` of them are not written. */
// @ts-ignore: decorator
@inline
function putDigits(digits: u32, zeros: i32, exponent: i32, tables: usize, at: usize): usize {
  const first = digits / 100000000;
  const others = digits - first * 100000000;
  const upper = others / 10000;
  const left = load<u32>(tables + textsAt + (upper << 2));
  const right = load<u32>(tables + textsAt + ((others - upper * 10000) << 2));
  if (exponent < 0 && exponent >= -6) {
    store<u64>(at, 0x3030303030302e30); // 0.000000
    const p = at + 1 - exponent;
    store<u8>(p, 48 + first);
    store<u32>(p + 1, left);
    store<u32>(p + 5, right);
    return p + 9 - zeros;
  }
  if (exponent >= 0 && exponent < 21) {
    store<u8>(at, 48 + first);
    store<u32>(at + 1, left);
    store<u32>(at + 5, right);
    if (exponent >= 8) {
      for (let k = 9; k <= exponent; k++) store<u8>(at + k, 48);
      return at + exponent + 1;
    }
    const point = at + 1 + exponent;
    for (let q = at + 8; q >= point; q--) store<u8>(q + 1, load<u8>(q));
    store<u8>(point, 46);
    const end = at + 10 - zeros;
    return end <= point + 1 ? point : end;
  }
  store<u8>(at, 48 + first);
  store<u8>(at + 1, 46);
  store<u32>(at + 2, left);
  store<u32>(at + 6, right);
  const p = zeros == 8 ? at + 1 : at + 10 - zeros;
  store<u8>(p, 101);
  store<u8>(p + 1, exponent < 0 ? 45 : 43);
  const size = <u32>(exponent < 0 ? -exponent : exponent);
  if (size < 10) {
    store<u8>(p + 2, 48 + size);
    return p + 3;
  }
  store<u16>(p + 2, load<u16>(tables + textsAt + (size << 2), 2));
  return p + 4;
}
