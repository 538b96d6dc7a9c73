/**
 * Rows of CSV: `<time as %.6f>,<value as %.9g>\n`, to the last digit as printf writes them. Its twin is `engine/formats/printf.ts`.
 *
 * A number is multiplied by a power of ten and rounded. Where the product of a value lies so near to a half that the exact decimal value could round the other
 * way, and for infinities and times of more than a hundred days, the kernel stops before the row: the twin decides that one exactly.
 *
 * `tables`, from the caller: 10^k as float64 for k from -40 to 60, then, from byte 1024 on, the texts 0000 to 9999, four bytes each.
 */

const doubt: f64 = 1e-5;
const textsAt: usize = 1024;
const lowestPower: i32 = -40;
/** 2⁴³: beyond it a product has too few places behind the point. */
const largest: f64 = 8796093022208;

/** Rows that the last call of `csvRows` wrote. */
export let csvRowsWritten: u32 = 0;

/** Writes rows of up to `n` samples at `rate`, the first at index `start`; returns the end of the text. */
export function csvRows(samples: usize, n: u32, start: f64, rate: f64, tables: usize, out: usize): usize {
  let end = out;
  let k: u32 = 0;
  for (; k < n; k++) {
    const comma = putTime((start + <f64>k) / rate, tables, end);
    if (comma == 0) break;
    store<u8>(comma, 44);
    const newline = putValue(<f64>load<f32>(samples + (k << 2)), tables, comma + 1);
    if (newline == 0) break;
    store<u8>(newline, 10);
    end = newline + 1;
  }
  csvRowsWritten = k;
  return end;
}

// @ts-ignore: decorator
@inline
function putTime(time: f64, tables: usize, at: usize): usize {
  const product = time * 1e6;
  if (!(product < largest)) return 0;
  const below = Math.floor(product);
  const rest = product - below;
  const micro = <u64>below + (rest > 0.5 || (rest == 0.5 && tieGoesUp(time, product, below)) ? 1 : 0);
  const whole = <u32>(micro / 1000000);
  const fraction = <u32>(micro - <u64>whole * 1000000);
  let p = putInteger(whole, tables, at);
  store<u8>(p, 46);
  const high = fraction / 100;
  store<u32>(p + 1, load<u32>(tables + textsAt + (high << 2)));
  store<u16>(p + 5, load<u16>(tables + textsAt + ((fraction - high * 100) << 2), 2));
  return p + 7;
}

/**
 * A time whose product is a half: 10⁶ is exact and short, so the product's own rounding error is known exactly (Dekker's splitting), and with it
 * the side; a true tie goes to the even digit. A product that is no half is off it by more than its error.
 */
function tieGoesUp(time: f64, product: f64, below: f64): bool {
  const shifted = time * 134217729;
  const high = shifted - (shifted - time);
  const error = high * 1e6 - product + (time - high) * 1e6;
  return error == 0 ? (<u64>below & 1) == 1 : error > 0;
}

/** A whole number below 10⁸. */
// @ts-ignore: decorator
@inline
function putInteger(value: u32, tables: usize, at: usize): usize {
  if (value < 10) {
    store<u8>(at, 48 + value);
    return at + 1;
  }
  let p = at;
  if (value >= 10000) {
    const high = value / 10000;
    p = putShort(high, tables, p);
    store<u32>(p, load<u32>(tables + textsAt + ((value - high * 10000) << 2)));
    return p + 4;
  }
  return putShort(value, tables, p);
}

/** A whole number below 10⁴, without leading zeros. */
// @ts-ignore: decorator
@inline
function putShort(value: u32, tables: usize, at: usize): usize {
  const skipped: u32 = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
  store<u32>(at, load<u32>(tables + textsAt + (value << 2)) >> (skipped << 3));
  return at + 4 - skipped;
}

// @ts-ignore: decorator
@inline
function putValue(value: f64, tables: usize, at: usize): usize {
  let p = at;
  if (value != value) {
    store<u16>(p, 0x616e); // na
    store<u8>(p + 2, 110);
    return p + 3;
  }
  const bits = reinterpret<u64>(value);
  if (bits >> 63) store<u8>(p++, 45);
  const magnitude = Math.abs(value);
  if (magnitude == 0) {
    store<u8>(p, 48);
    return p + 1;
  }
  if (magnitude == Infinity) return 0;
  // The power of two gives the power of ten, or one less; 315653 / 2²⁰ is log10(2). Every float32 is a normal float64.
  let exponent = (((<i32>(bits >> 52) & 2047) - 1023) * 315653) >> 20;
  let product = magnitude * load<f64>(tables + ((8 - exponent - lowestPower) << 3));
  if (product >= 999999999.4) {
    if (product < 999999999.6) return 0;
    exponent++;
    product = magnitude * load<f64>(tables + ((8 - exponent - lowestPower) << 3));
  }
  const below = Math.floor(product);
  const rest = product - below;
  if (Math.abs(rest - 0.5) < doubt || below < 100000000) return 0;
  const digits = <u32>below + (rest > 0.5 ? 1 : 0);
  const first = digits / 100000000;
  const others = digits - first * 100000000;
  const high = others / 10000;
  const left = load<u32>(tables + textsAt + (high << 2));
  const right = load<u32>(tables + textsAt + ((others - high * 10000) << 2));
  if (exponent < -4 || exponent >= 9) {
    store<u8>(p, 48 + first);
    store<u8>(p + 1, 46);
    store<u32>(p + 2, left);
    store<u32>(p + 6, right);
    p = others == 0 ? p + 1 : withoutZeros(p + 10);
    const size = <u32>(exponent < 0 ? -exponent : exponent);
    store<u8>(p, 101);
    store<u8>(p + 1, exponent < 0 ? 45 : 43);
    store<u16>(p + 2, load<u16>(tables + textsAt + (size << 2), 2));
    return p + 4;
  }
  if (exponent < 0) {
    store<u8>(p, 48);
    store<u8>(p + 1, 46);
    store<u32>(p + 2, 0x30303030);
    p += 1 - exponent;
    store<u8>(p, 48 + first);
    store<u32>(p + 1, left);
    store<u32>(p + 5, right);
    return withoutZeros(p + 9);
  }
  store<u8>(p, 48 + first);
  store<u32>(p + 1, left);
  store<u32>(p + 5, right);
  if (exponent == 8) return p + 9;
  const point = p + 1 + exponent;
  for (let q = p + 8; q >= point; q--) store<u8>(q + 1, load<u8>(q));
  store<u8>(point, 46);
  const end = withoutZeros(p + 10);
  return end == point + 1 ? point : end;
}

/** Where the text ends without its trailing zeros. */
// @ts-ignore: decorator
@inline
function withoutZeros(end: usize): usize {
  let p = end;
  while (load<u8>(p - 1) == 48) p--;
  return p;
}
