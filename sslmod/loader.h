#ifndef CSS_SSLMOD_LOADER_H
#define CSS_SSLMOD_LOADER_H

#include "sslmod/entry.h"

struct service;
/* image.c: an image with one reference, or NULL and err. */
struct ssl_image *image_build(struct context_in *in, const struct service *svc,
			      unsigned slot, int nworkers,
			      struct ssl_stats *stats, struct err *err);

#endif
