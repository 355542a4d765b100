#include "emu/io/rnd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static _Thread_local uint64_t state;
static _Thread_local bool fixed;

/* splitmix64: a counter and a mixer, one state word a thread */
static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void rnd_fix(uint64_t seed)
{
	state = seed;
	fixed = true;
}

static void fixed_bytes(uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)(next() >> 32);
}

void rnd_bytes(void *p, size_t len)
{
	char *at = p;

	if (fixed) {
		fixed_bytes(p, len);
		return;
	}
	while (len) {
		ssize_t n = getrandom(at, len, 0);

		if (n < 0 && errno != EINTR) {
			perror("css11500: getrandom");
			abort();
		}
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
}

uint32_t rnd_u32(void)
{
	if (!state && !fixed)
		rnd_bytes(&state, sizeof(state));
	return (uint32_t)(next() >> 32);
}
