#include "emu/sticky/location.h"

#include <string.h>

#include "emu/base/out.h"
#include "emu/sticky/cookie.h"

enum location location_read(const struct location_rule *r,
			    const struct request *req, const char **value,
			    size_t *len)
{
	*value = req ? cookie_find(req, r->name, len) : NULL;
	if (!*value)
		return LOCATION_NONE;
	return *len == strlen(r->value) && !memcmp(*value, r->value, *len)
		       ? LOCATION_HERE
		       : LOCATION_AWAY;
}

void location_write(const struct location_rule *r, uint64_t now_s,
		    struct out *o)
{
	out_printf(o, "Set-Cookie: %s=%s; path=/", r->name, r->value);
	if (r->domain[0])
		out_printf(o, "; domain=%s", r->domain);
	if (r->expire_s)
		cookie_expires(now_s + r->expire_s, o);
	out_puts(o, "\r\n");
}
