#include "emu/io/rnd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void rnd_bytes(void *p, size_t len)
{
	char *at = p;

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

/* splitmix64: a counter and a mixer, one state word a thread */
uint32_t rnd_u32(void)
{
	static _Thread_local uint64_t state;
	uint64_t z;

	if (!state)
		rnd_bytes(&state, sizeof(state));
	z = state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)(z >> 32);
}
