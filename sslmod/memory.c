/*
 * Size-class allocator for the TLS library.
 *
 * A block begins with a 16-byte header that names its class; four classes per
 * power of two keep the waste below a fifth.  Each thread has a list of free
 * blocks per class and takes from it without a lock.  A list that has grown too
 * long gives half of it to the common pool, and an empty one takes a chain from
 * there before it cuts up fresh memory, so blocks that one thread allocates and
 * another frees find their way back.  Memory is not returned to the system: the
 * pool is as large as the busiest moment was.
 *
 * Fresh memory is mapped, not taken from malloc, so that none of it goes into a
 * core dump: the library keeps parts of private keys in ordinary blocks, such
 * as the primes that its arithmetic is prepared for, and all clear text passes
 * through its buffers.
 *
 * A thread that ends gives its lists away in the destructor of a thread key.
 * The library frees more in destructors of its own, maybe later: from then on
 * the thread uses the pool directly.
 */
#include "sslmod/memory.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HEADER	    16
#define SMALLEST    32u
#define LARGEST	    65536u /* larger blocks come from malloc */
#define NCLASS	    43	   /* 32, 48, 64, 80, 96, 112, 128, 160 ... 65536 */
#define CLASS_BIG   0xffu
#define SLAB_BYTES  65536u
#define ARENA_BYTES 1048576u /* mapped at a time */
#define CACHE_BYTES 262144u  /* of one class in one thread */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||     \
	__has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

struct block { /* free: the header's place links to the next */
	uint32_t class;
	uint32_t len; /* of a block of malloc's, 0: more than fits */
	struct block *next;
};
static_assert(sizeof(struct block) <= SMALLEST, "a free block must fit");

struct list {
	struct block *head;
	uint32_t n;
};

struct cache {
	struct list list[NCLASS];
	bool known, gone;
};

static _Thread_local struct cache cache;
static _Thread_local bool wiping;
static struct list pool[NCLASS];
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	pthread_mutex_t lock;
	char *next;
	size_t left;
} arena = { .lock = PTHREAD_MUTEX_INITIALIZER };
static pthread_key_t key;

static size_t class_size(unsigned class)
{
	if (class < 2)
		return SMALLEST + 16 * class;
	return (size_t)(4 + (class - 2) % 4) << ((class - 2) / 4 + 4);
}

/* n is at least 1 and at most LARGEST */
static unsigned class_of(size_t n)
{
	unsigned top, step;

	if (n <= 64)
		return n <= 32 ? 0 : n <= 48 ? 1 : 2;
	top = 31 - (unsigned)__builtin_clz((uint32_t)(n - 1));
	step = (unsigned)((n - 1) >> (top - 2)) & 3;
	return (top - 6) * 4 + step + 3;
}

static void push(struct list *l, struct block *b)
{
	b->next = l->head;
	l->head = b;
	l->n++;
}

static struct block *pop(struct list *l)
{
	struct block *b = l->head;

	if (b) {
		l->head = b->next;
		l->n--;
	}
	return b;
}

static void move(struct list *to, struct list *from, uint32_t n)
{
	while (n-- > 0 && from->head)
		push(to, pop(from));
}

static void leave(void *arg)
{
	struct cache *c = arg;

	pthread_mutex_lock(&pool_lock);
	for (unsigned i = 0; i < NCLASS; i++)
		move(&pool[i], &c->list[i], c->list[i].n);
	pthread_mutex_unlock(&pool_lock);
	c->gone = true;
}

static uint32_t cache_limit(unsigned class)
{
	return (uint32_t)(CACHE_BYTES / class_size(class));
}

static bool arena_map(void)
{
	void *p = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	(void)madvise(p, ARENA_BYTES, MADV_DONTDUMP);
	arena.next = p;
	arena.left = ARENA_BYTES;
	return true;
}

/* n is at most SLAB_BYTES; what is left of an old arena is not missed. */
static char *arena_take(size_t n)
{
	char *p = NULL;

	pthread_mutex_lock(&arena.lock);
	if (arena.left >= n || arena_map()) {
		p = arena.next;
		arena.next += n;
		arena.left -= n;
	}
	pthread_mutex_unlock(&arena.lock);
	return p;
}

/* Blocks from fresh memory; the slab is never given back. */
static void carve(struct list *l, unsigned class)
{
	size_t size = class_size(class);
	size_t n = size >= SLAB_BYTES / 4 ? 1 : SLAB_BYTES / size;
	char *slab = arena_take(n * size);

	for (size_t i = 0; slab && i < n; i++) {
		struct block *b = (struct block *)(void *)(slab + i * size);

		b->class = class;
		push(l, b);
	}
}

static struct block *from_pool(unsigned class)
{
	struct block *b;

	pthread_mutex_lock(&pool_lock);
	if (!pool[class].head)
		carve(&pool[class], class);
	b = pop(&pool[class]);
	pthread_mutex_unlock(&pool_lock);
	return b;
}

static struct block *refill(unsigned class)
{
	struct list *l = &cache.list[class];

	if (!cache.known) { /* so that leave() is called */
		cache.known = true;
		pthread_setspecific(key, &cache);
	}
	pthread_mutex_lock(&pool_lock);
	move(l, &pool[class], cache_limit(class) / 2);
	pthread_mutex_unlock(&pool_lock);
	if (!l->head)
		carve(l, class);
	return pop(l);
}

static void *big_alloc(size_t n)
{
	struct block *b = n > SIZE_MAX - HEADER ? NULL : malloc(n + HEADER);

	if (!b)
		return NULL;
	b->class = CLASS_BIG;
	b->len = n <= UINT32_MAX ? (uint32_t)n : 0;
	return (char *)b + HEADER;
}

static void *mem_alloc(size_t n, const char *file, int line)
{
	struct block *b;
	unsigned class;

	(void)file;
	(void)line;
	if (n == 0)
		return NULL;
	if (n > LARGEST - HEADER)
		return big_alloc(n);
	class = class_of(n + HEADER);
	if (cache.gone)
		b = from_pool(class);
	else if (!(b = pop(&cache.list[class])))
		b = refill(class);
	return b ? (char *)b + HEADER : NULL;
}

static void wipe_block(struct block *b)
{
	size_t n =
		b->class == CLASS_BIG ? b->len : class_size(b->class) - HEADER;

	OPENSSL_cleanse((char *)b + HEADER, n);
}

void memory_wipe(bool on)
{
	wiping = on;
}

static void give_back(struct list *l, unsigned class)
{
	pthread_mutex_lock(&pool_lock);
	move(&pool[class], l, l->n / 2);
	pthread_mutex_unlock(&pool_lock);
}

static void mem_free(void *p, const char *file, int line)
{
	struct block *b =
		p ? (struct block *)(void *)((char *)p - HEADER) : NULL;
	struct list *l;

	(void)file;
	(void)line;
	if (!b)
		return;
	if (wiping)
		wipe_block(b);
	if (b->class == CLASS_BIG) {
		free(b);
		return;
	}
	if (cache.gone) {
		pthread_mutex_lock(&pool_lock);
		push(&pool[b->class], b);
		pthread_mutex_unlock(&pool_lock);
		return;
	}
	l = &cache.list[b->class];
	push(l, b);
	if (l->n > cache_limit(b->class))
		give_back(l, b->class);
}

static void *big_realloc(struct block *b, size_t n)
{
	void *q = wiping && b->len ? big_alloc(n) : NULL;

	if (q) { /* nothing is left behind where it was */
		memcpy(q, (char *)b + HEADER, b->len < n ? b->len : n);
		wipe_block(b);
		free(b);
		return q;
	}
	b = n > SIZE_MAX - HEADER ? NULL : realloc(b, n + HEADER);
	if (!b)
		return NULL;
	b->len = n <= UINT32_MAX ? (uint32_t)n : 0;
	return (char *)b + HEADER;
}

static void *mem_realloc(void *p, size_t n, const char *file, int line)
{
	struct block *b;
	size_t had;
	void *q;

	if (!p)
		return mem_alloc(n, file, line);
	if (n == 0) {
		mem_free(p, file, line);
		return NULL;
	}
	b = (struct block *)(void *)((char *)p - HEADER);
	if (b->class == CLASS_BIG)
		return big_realloc(b, n);
	had = class_size(b->class) - HEADER;
	if (n <= had)
		return p;
	q = mem_alloc(n, file, line);
	if (q) {
		memcpy(q, p, had);
		mem_free(p, file, line);
	}
	return q;
}

static bool installed;

bool memory_is_watched(void)
{
	return SANITIZED;
}

bool memory_is_installed(void)
{
	return installed;
}

static void install(void)
{
	if (!SANITIZED && !pthread_key_create(&key, leave))
		installed = CRYPTO_set_mem_functions(mem_alloc, mem_realloc,
						     mem_free);
}

/* The library takes no allocator once it has allocated, and libraries that are
 * built on it do so in their constructors (libssh does): only this is earlier. */
__attribute__((section(".preinit_array"),
	       used)) static void (*const early)(void) = install;
