/*
 * The kernels' loops in plain C, timed over data of their own: `kernels.c` is compiled by kernels.ts on the spot with
 * gcc -O3 -march=native (not -ffast-math, which would break NaN). Prints seconds a pass (median of many) and a figure that
 * proves the work was done.
 *
 *   kernels frames  FRAMES FRAME_BYTES OFFSET COUNT [OFFSET COUNT]…
 *   kernels summaries SAMPLES
 *   kernels energy    SAMPLES HOLD
 */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_CHANNELS 16
#define TIMED_SECONDS 0.1
#define MAX_PASSES 100000

struct channel { uint32_t offset, count; float *column; };
struct entry { uint32_t count, unused; float min, max; double sum, squares; };

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

static float random_float(void) { return (float)rand() / (float)RAND_MAX - 0.5f; }

static int by_value(const void *a, const void *b) {
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

__attribute__((noinline)) static uint32_t decode(const uint8_t *restrict in, uint32_t frames, uint32_t frame_bytes, const struct channel *channels, uint32_t channel_count,
                                                 uint32_t *restrict counters, uint32_t *restrict damaged) {
	uint32_t bad = 0;
	for (uint32_t f = 0; f < frames; f++, in += frame_bytes) {
		uint32_t sum = 0, header;
		for (uint32_t i = 8; i < frame_bytes; i++) sum += in[i];
		memcpy(&header, in + 4, 4);
		memcpy(&counters[f], in + 12, 4);
		int ok = header == ((sum << 16) | (frame_bytes - 8));
		if (!ok) damaged[bad++] = f;
		for (uint32_t c = 0; c < channel_count; c++) {
			uint32_t count = channels[c].count;
			const float *restrict from = (const float *)(in + channels[c].offset);
			float *restrict to = channels[c].column + (size_t)f * count;
			if (ok)
				for (uint32_t s = 0; s < count; s++) to[s] = from[s];
			else
				for (uint32_t s = 0; s < count; s++) to[s] = NAN;
		}
	}
	return bad;
}

__attribute__((noinline)) static void summarize(const float *restrict x, uint32_t n, uint32_t block, struct entry *restrict out) {
	for (uint32_t b = 0; b < n; b += block, out++) {
		uint32_t end = b + block < n ? b + block : n, count = 0;
		float min = INFINITY, max = -INFINITY;
		double sum = 0, squares = 0;
		for (uint32_t i = b; i < end; i++) {
			float v = x[i];
			if (v == v) {
				count++;
				min = v < min ? v : min;
				max = v > max ? v : max;
				sum += v;
				squares += (double)v * v;
			}
		}
		*out = (struct entry){count, 0, count ? min : NAN, count ? max : NAN, sum, squares};
	}
}

__attribute__((noinline)) static double energy(const float *restrict current, uint32_t n, const float *restrict voltage, uint32_t hold, uint32_t *valid) {
	double sum = 0;
	uint32_t count = 0;
	for (uint32_t i = 0, g = 0; i < n; g++) {
		double v = voltage[g];
		uint32_t end = i + hold < n ? i + hold : n;
		for (; i < end; i++) {
			double p = current[i] * v;
			if (p == p) {
				sum += p;
				count++;
			}
		}
	}
	*valid = count;
	return sum;
}

static double passes[MAX_PASSES];

/* Runs PASS until the time is up, once as long for warm-up, and prints the median. */
#define TIME(PASS)                                                                                  \
	do {                                                                                              \
		int count = 0;                                                                                  \
		for (double start = now(); now() - start < TIMED_SECONDS / 2;) { PASS; }                        \
		for (double start = now(), before = start; before - start < TIMED_SECONDS && count < MAX_PASSES;) { \
			PASS;                                                                                         \
			double after = now();                                                                         \
			passes[count++] = after - before;                                                             \
			before = after;                                                                               \
		}                                                                                               \
		qsort(passes, count, sizeof *passes, by_value);                                                 \
		printf("%.9g ", passes[count / 2]);                                                             \
	} while (0)

int main(int argc, char **argv) {
	if (argc > 4 && !strcmp(argv[1], "frames")) {
		uint32_t frames = atoi(argv[2]), frame_bytes = atoi(argv[3]), channel_count = (argc - 4) / 2, bad = 0;
		struct channel channels[MAX_CHANNELS];
		if (channel_count > MAX_CHANNELS) return 2;
		uint8_t *in = aligned_alloc(64, ((size_t)frames * frame_bytes + 63) / 64 * 64);
		uint32_t *counters = malloc(4 * frames), *damaged = malloc(4 * frames);
		memset(in, 0, (size_t)frames * frame_bytes);
		for (uint32_t c = 0; c < channel_count; c++) {
			channels[c].offset = atoi(argv[4 + 2 * c]);
			channels[c].count = atoi(argv[5 + 2 * c]);
			channels[c].column = aligned_alloc(64, ((size_t)4 * frames * channels[c].count + 63) / 64 * 64);
		}
		for (uint32_t f = 0; f < frames; f++) {
			uint8_t *frame = in + (size_t)f * frame_bytes;
			memcpy(frame + 12, &f, 4);
			for (uint32_t c = 0; c < channel_count; c++)
				for (uint32_t s = 0; s < channels[c].count; s++) {
					float v = random_float();
					memcpy(frame + channels[c].offset + 4 * s, &v, 4);
				}
			uint32_t sum = 0;
			for (uint32_t i = 8; i < frame_bytes; i++) sum += frame[i];
			uint32_t header = (sum << 16) | (frame_bytes - 8);
			memcpy(frame + 4, &header, 4);
		}
		TIME(bad += decode(in, frames, frame_bytes, channels, channel_count, counters, damaged));
		printf("%u\n", bad);
		return 0;
	}
	if (argc > 2 && (!strcmp(argv[1], "summaries") || !strcmp(argv[1], "energy"))) {
		uint32_t n = atoi(argv[2]), hold = argc > 3 ? atoi(argv[3]) : 1;
		float *x = aligned_alloc(64, (size_t)4 * n + 64 - (size_t)4 * n % 64), *v = malloc((size_t)4 * (n / hold + 1));
		struct entry *out = malloc(sizeof *out * (n / 128 + 1));
		for (uint32_t i = 0; i < n; i++) x[i] = random_float();
		for (uint32_t i = 0; i <= n / hold; i++) v[i] = random_float();
		if (argv[1][0] == 's') {
			TIME(summarize(x, n, 128, out));
			printf("%.17g\n", out[0].sum);
		} else {
			double sum = 0;
			uint32_t valid;
			TIME(sum += energy(x, n, v, hold, &valid));
			printf("%u\n", sum == sum ? valid : 0);
		}
		return 0;
	}
	return 2;
}
