/**
 * Packed frames to columns, checksums verified.
 *
 * The work goes in tiles of frames that fit the first-level cache, in two passes: sums, then one channel after the other, so that the
 * choice of a copy loop is made once a tile and not once a frame.
 *
 * A job is a table of u32 in memory (see `../job.ts`):
 *   0 frames pointer, 1 number of frames, 2 bytes a frame, 3 offset of the counter, 4 counters pointer, 5 pointer of the list of damaged
 *   frames, 6 number of channels, 7 unused, then for each channel: offset in the frame, samples a frame, column pointer, unused.
 */

/** Magic, u16 length, u16 sum; the payload follows. */
const headerBytes: usize = 8;
/** Half of a 32 KiB first-level cache; the columns take the other half. */
const tileBytes: u32 = 16384;
const damagedSample: u32 = 0x7fc00000;

/** Decodes a job and returns the number of damaged frames, whose indices it lists in ascending order. */
export function decodeFrames(job: usize): u32 {
  const frames = load<u32>(job, 4);
  const frameBytes: usize = load<u32>(job, 8);
  const damagedList: usize = load<u32>(job, 20);
  const channels = load<u32>(job, 24);
  let input: usize = load<u32>(job);
  let counters: usize = load<u32>(job, 16);
  const counterOffset: usize = load<u32>(job, 12);

  let tile = tileBytes / u32(frameBytes);
  if (tile == 0) tile = 1;
  let damaged: u32 = 0;
  for (let first: u32 = 0; first < frames; first += tile) {
    const count = min(tile, frames - first);
    const damagedBefore = damaged;
    damaged = verify(input, first, count, frameBytes, damagedList, damaged);

    for (let frame: u32 = 0, p = input + counterOffset; frame < count; frame++, p += frameBytes) {
      store<u32>(counters, load<u32>(p));
      counters += 4;
    }

    for (let c: u32 = 0, channel = job + 32; c < channels; c++, channel += 16) {
      const samples = load<u32>(channel, 4);
      const column: usize = load<u32>(channel, 8);
      copyRuns(input + load<u32>(channel), frameBytes, count, samples, column + ((first * samples) << 2));
      for (let d = damagedBefore; d < damaged; d++) {
        const to = column + ((load<u32>(damagedList + (d << 2)) * samples) << 2);
        for (let s: u32 = 0; s < samples; s++) store<u32>(to + (s << 2), damagedSample);
      }
    }
    input += usize(count) * frameBytes;
  }
  return damaged;
}

/**
 * Compares each frame's length and sum with its payload and lists the frames that fail. Bytes are added pairwise to 16-bit lanes that
 * wrap: exact, since the checksum itself is the sum mod 65536.
 */
function verify(input: usize, first: u32, count: u32, frameBytes: usize, list: usize, damaged: u32): u32 {
  const payloadBytes = frameBytes - headerBytes;
  const vectors = payloadBytes >> 4;
  // The last bytes that fill no vector are read by one that ends with the payload; what it shares with the others is masked out.
  const tail = v128.ge<u8>(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(u8(16 - (payloadBytes & 15))));
  for (let frame: u32 = 0; frame < count; frame++) {
    let p = input + headerBytes;
    const end = p + payloadBytes;
    let a = v128.extadd_pairwise<u8>(v128.and(v128.load(end - 16), tail));
    let b = i16x8.splat(0);
    let left = vectors;
    while (left >= 8) {
      a = v128.add<u16>(a, v128.add<u16>(v128.extadd_pairwise<u8>(v128.load(p)), v128.extadd_pairwise<u8>(v128.load(p, 16))));
      b = v128.add<u16>(b, v128.add<u16>(v128.extadd_pairwise<u8>(v128.load(p, 32)), v128.extadd_pairwise<u8>(v128.load(p, 48))));
      a = v128.add<u16>(a, v128.add<u16>(v128.extadd_pairwise<u8>(v128.load(p, 64)), v128.extadd_pairwise<u8>(v128.load(p, 80))));
      b = v128.add<u16>(b, v128.add<u16>(v128.extadd_pairwise<u8>(v128.load(p, 96)), v128.extadd_pairwise<u8>(v128.load(p, 112))));
      p += 128;
      left -= 8;
    }
    while (left > 0) {
      a = v128.add<u16>(a, v128.extadd_pairwise<u8>(v128.load(p)));
      p += 16;
      left--;
    }
    const lanes = v128.extadd_pairwise<u16>(v128.add<u16>(a, b));
    const halves = v128.extract_lane<u64>(lanes, 0) + v128.extract_lane<u64>(lanes, 1);
    const sum = u32(halves) + u32(halves >> 32);
    if (load<u32>(input, 4) != ((sum << 16) | (u32(payloadBytes) & 0xffff))) {
      store<u32>(list + (damaged << 2), first + frame);
      damaged++;
    }
    input += frameBytes;
  }
  return damaged;
}

/** Copies one channel's run of `samples` float32 out of each of `count` frames. */
// @ts-ignore: decorator
@inline
function copyRuns(from: usize, stride: usize, count: u32, samples: u32, to: usize): void {
  if (samples == 1) {
    for (let frame: u32 = 0; frame < count; frame++) {
      store<u32>(to, load<u32>(from));
      from += stride;
      to += 4;
    }
  } else if (samples == 4) {
    for (let frame: u32 = 0; frame < count; frame++) {
      v128.store(to, v128.load(from));
      from += stride;
      to += 16;
    }
  } else if (samples > 4) {
    const bytes: usize = samples << 2;
    const vectors = samples >> 2;
    for (let frame: u32 = 0; frame < count; frame++) {
      let source = from;
      let target = to;
      let left = vectors;
      while (left >= 4) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
        v128.store(target, v128.load(source, 32), 32);
        v128.store(target, v128.load(source, 48), 48);
        source += 64;
        target += 64;
        left -= 4;
      }
      while (left > 0) {
        v128.store(target, v128.load(source));
        source += 16;
        target += 16;
        left--;
      }
      // The rest, by a vector that overlaps the last one.
      v128.store(to + bytes - 16, v128.load(from + bytes - 16));
      from += stride;
      to += bytes;
    }
  } else {
    for (let frame: u32 = 0; frame < count; frame++) {
      for (let s: u32 = 0; s < samples; s++) store<u32>(to + (s << 2), load<u32>(from + (s << 2)));
      from += stride;
      to += samples << 2;
    }
  }
}
