/**
 * Power and energy of a current and a voltage sampled at different rates.
 *
 * The voltage of a current sample is the voltage's step function averaged over that sample. Both rates stand in a ratio of whole numbers:
 * a voltage sample lasts `q` ticks, a current sample `p`; the first current sample begins `phase` ticks (less than q) into the first
 * voltage sample. p = 1 is a slower voltage, held over q current samples: the fast way. The product of two float32 is exact in float64.
 *
 * A sample whose product is NaN does not count. The held energy is first summed without a look at NaN, in chunks; only a chunk whose sum
 * comes out as NaN is done again, sample by sample.
 */

/** Number of samples that the last call of an energy kernel counted; a global of the instance, so each thread has its own. */
export let validSamples: u32 = 0;

const chunkSamples: u32 = 4096;

/** Σ i·v with each voltage held over `hold` current samples, the first one over `hold − phase`. */
export function energyHeld(current: usize, n: u32, voltage: usize, hold: u32, phase: u32): f64 {
  let total: f64 = 0;
  validSamples = 0;
  if (phase > 0) {
    const head = min(hold - phase, n);
    total += oneByOne(current, head, voltage, hold, phase);
    current += head << 2;
    voltage += 4;
    n -= head;
  }
  const perChunk = max<u32>(1, chunkSamples / hold);
  let groups = n / hold;
  while (groups > 0) {
    const some = min(perChunk, groups);
    const samples = some * hold;
    const sum = hold == 1 ? sameRate(current, some, voltage) : hold == 4 ? heldByFour(current, some, voltage) : held(current, some, voltage, hold);
    if (sum == sum) {
      total += sum;
      validSamples += samples;
    } else {
      total += oneByOne(current, samples, voltage, hold, 0);
    }
    current += samples << 2;
    voltage += some << 2;
    n -= samples;
    groups -= some;
  }
  return n > 0 ? total + oneByOne(current, n, voltage, hold, 0) : total;
}

function oneByOne(current: usize, n: u32, voltage: usize, hold: u32, phase: u32): f64 {
  let sum: f64 = 0;
  let at = phase;
  for (let i: u32 = 0; i < n; i++) {
    const product = f64(load<f32>(current)) * f64(load<f32>(voltage));
    if (product == product) {
      sum += product;
      validSamples++;
    }
    current += 4;
    if (++at == hold) {
      at = 0;
      voltage += 4;
    }
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function highHalf(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u32>(x, x, 2, 3, 2, 3));
}

// @ts-ignore: decorator
@inline
function total(a: v128, b: v128): f64 {
  const lanes = f64x2.add(a, b);
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
}

function sameRate(current: usize, n: u32, voltage: usize): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  const whole = current + ((n & ~3) << 2);
  while (current < whole) {
    const i = v128.load(current);
    const v = v128.load(voltage);
    a = f64x2.add(a, f64x2.mul(f64x2.promote_low_f32x4(i), f64x2.promote_low_f32x4(v)));
    b = f64x2.add(b, f64x2.mul(highHalf(i), highHalf(v)));
    current += 16;
    voltage += 16;
  }
  let sum = total(a, b);
  for (let rest = n & 3; rest > 0; rest--) {
    sum += f64(load<f32>(current)) * f64(load<f32>(voltage));
    current += 4;
    voltage += 4;
  }
  return sum;
}

function heldByFour(current: usize, groups: u32, voltage: usize): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  const paired = voltage + ((groups & ~1) << 2);
  const end = voltage + (groups << 2);
  while (voltage < paired) {
    const i = v128.load(current);
    const j = v128.load(current, 16);
    const v = f64x2.promote_low_f32x4(v128.load_splat<u32>(voltage));
    const w = f64x2.promote_low_f32x4(v128.load_splat<u32>(voltage, 4));
    a = f64x2.add(a, f64x2.mul(f64x2.promote_low_f32x4(i), v));
    b = f64x2.add(b, f64x2.mul(highHalf(i), v));
    c = f64x2.add(c, f64x2.mul(f64x2.promote_low_f32x4(j), w));
    d = f64x2.add(d, f64x2.mul(highHalf(j), w));
    current += 32;
    voltage += 8;
  }
  if (voltage < end) {
    const i = v128.load(current);
    const v = f64x2.promote_low_f32x4(v128.load_splat<u32>(voltage));
    a = f64x2.add(a, f64x2.mul(f64x2.promote_low_f32x4(i), v));
    b = f64x2.add(b, f64x2.mul(highHalf(i), v));
  }
  return total(f64x2.add(a, c), f64x2.add(b, d));
}

function held(current: usize, groups: u32, voltage: usize, hold: u32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let rest: f64 = 0;
  for (let g: u32 = 0; g < groups; g++) {
    const scalar = f64(load<f32>(voltage));
    const v = f64x2.splat(scalar);
    let left = hold;
    while (left >= 4) {
      const i = v128.load(current);
      a = f64x2.add(a, f64x2.mul(f64x2.promote_low_f32x4(i), v));
      b = f64x2.add(b, f64x2.mul(highHalf(i), v));
      current += 16;
      left -= 4;
    }
    while (left > 0) {
      rest += f64(load<f32>(current)) * scalar;
      current += 4;
      left--;
    }
    voltage += 4;
  }
  return total(a, b) + rest;
}

/** The power of each current sample with each voltage held over `hold` current samples, the first one over `hold − phase`. */
export function powerHeld(current: usize, n: u32, voltage: usize, hold: u32, phase: u32, power: usize): void {
  const end = current + (n << 2);
  let left = hold - phase;
  if (hold == 1) {
    while (current + 16 <= end) {
      v128.store(power, f32x4.mul(v128.load(current), v128.load(voltage)));
      current += 16;
      voltage += 16;
      power += 16;
    }
  }
  while (current < end) {
    const scalar = load<f32>(voltage);
    const v = f32x4.splat(scalar);
    const stop = min(end, current + (left << 2));
    while (current + 16 <= stop) {
      v128.store(power, f32x4.mul(v128.load(current), v));
      current += 16;
      power += 16;
    }
    while (current < stop) {
      store<f32>(power, load<f32>(current) * scalar);
      current += 4;
      power += 4;
    }
    voltage += 4;
    left = hold;
  }
}

/** Where the resampler stands: the pointer of the present voltage sample and the ticks of it that have passed. */
let voltageAt: usize = 0;
let ticksPassed: u32 = 0;

/** The voltage averaged over the next `p` ticks. */
// @ts-ignore: decorator
@inline
function nextVoltage(p: u32, q: u32): f64 {
  let left = p;
  // −0 adds nothing, not even a sign.
  let sum: f64 = -0.0;
  while (left > 0) {
    const ticks = min(left, q - ticksPassed);
    sum += f64(load<f32>(voltageAt)) * f64(ticks);
    left -= ticks;
    ticksPassed += ticks;
    if (ticksPassed == q) {
      ticksPassed = 0;
      voltageAt += 4;
    }
  }
  return sum / f64(p);
}

/** Σ i·v̄ at any ratio of rates. */
export function energyResampled(current: usize, n: u32, voltage: usize, p: u32, q: u32, phase: u32): f64 {
  let total: f64 = 0;
  let valid: u32 = 0;
  voltageAt = voltage;
  ticksPassed = phase;
  for (let i: u32 = 0; i < n; i++) {
    const product = f64(load<f32>(current)) * nextVoltage(p, q);
    if (product == product) {
      total += product;
      valid++;
    }
    current += 4;
  }
  validSamples = valid;
  return total;
}

/** i·v̄ of each current sample at any ratio of rates. */
export function powerResampled(current: usize, n: u32, voltage: usize, p: u32, q: u32, phase: u32, power: usize): void {
  voltageAt = voltage;
  ticksPassed = phase;
  for (let i: u32 = 0; i < n; i++) {
    store<f32>(power, f32(f64(load<f32>(current)) * nextVoltage(p, q)));
    current += 4;
    power += 4;
  }
}
