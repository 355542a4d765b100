#include <string.h>
#include <strings.h>

#include "emu/balance/text.h"

/* The letters behind a leading "www." count (content.md 2.6). */
static int pick(const struct balance_in *in)
{
	struct balance_text t = balance_domain_of(in);

	if (t.len > 4 && !strncasecmp(t.at, "www.", 4)) {
		t.at += 4;
		t.len -= 4;
	}
	return balance_divide(in, t);
}

const struct balance_method balance_domain = {
	.name = "domain",
	.help = "The alphabet of domain names is divided among the services",
	.pick = pick,
};
