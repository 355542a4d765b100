#ifndef CSS_EMU_IO_RND_H
#define CSS_EMU_IO_RND_H

#include <stddef.h>
#include <stdint.h>

void rnd_bytes(void *p, size_t len); /* getrandom(2); aborts when refused */
uint32_t rnd_u32(void);		     /* fast, per thread, not for secrets */
/* From now on, on this thread, both give the same numbers every time: for a replay
 * that must come out alike. */
void rnd_fix(uint64_t seed);

#endif
