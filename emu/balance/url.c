#include "emu/balance/text.h"

/* The letters behind the first slash count (content.md 2.6). */
static int pick(const struct balance_in *in)
{
	struct balance_text t = balance_url_of(in);

	if (t.len && *t.at == '/') {
		t.at++;
		t.len--;
	}
	return balance_divide(in, t);
}

const struct balance_method balance_url = {
	.name = "url",
	.help = "The alphabet of URLs is divided among the services",
	.pick = pick,
};
