#include "emu/sticky/arpt.h"

#include <string.h>

#include "emu/base/out.h"
#include "emu/sticky/cookie.h"

/*
 * BOX letters name the switch, then the service id, then "CK" and EXPIRY letters
 * in base 26 with the end of the cookie's life in minutes since BEGIN, or all A
 * when it has none.  The real encoding is not known (content.md 7.5); this one
 * looks like the captured ones and can be read back.
 */
#define BOX    "FOOOB"
#define MARK   "CK"
#define EXPIRY 6
#define BEGIN  946684800u /* 2000-01-01 */

static void expiry_text(uint64_t minutes, char *text)
{
	for (int i = EXPIRY; i--; minutes /= 26)
		text[i] = (char)('A' + minutes % 26);
	text[EXPIRY] = '\0';
}

static bool expiry_read(const char *text, uint64_t *minutes)
{
	*minutes = 0;
	for (int i = 0; i < EXPIRY; i++) {
		if (text[i] < 'A' || text[i] > 'Z')
			return false;
		*minutes = *minutes * 26 + (uint64_t)(text[i] - 'A');
	}
	return true;
}

bool arpt_read(const struct arpt_rule *r, const struct request *req,
	       uint64_t now_s, char *id, size_t cap, bool *expired)
{
	const size_t box = sizeof(BOX) - 1, tail = sizeof(MARK) - 1 + EXPIRY;
	uint64_t minutes = 0;
	size_t n = 0;
	const char *v = cookie_find(req, r->name, &n);

	*expired = false;
	if (!v || n <= box + tail || n - box - tail >= cap ||
	    memcmp(v, BOX, box) != 0 ||
	    memcmp(v + n - tail, MARK, sizeof(MARK) - 1) != 0 ||
	    !expiry_read(v + n - EXPIRY, &minutes))
		return false;
	n -= box + tail;
	memcpy(id, v + box, n);
	id[n] = '\0';
	*expired = minutes && now_s >= BEGIN + minutes * 60;
	return true;
}

void arpt_write(const struct arpt_rule *r, const char *id, uint64_t now_s,
		struct out *o)
{
	uint64_t end_s = now_s + r->expire_s;
	char expiry[EXPIRY + 1];

	expiry_text(r->expire_s ? (end_s - BEGIN + 59) / 60 : 0, expiry);
	out_printf(o, "Set-Cookie: %s=%s%s%s%s; path=%s", r->name, BOX, id,
		   MARK, expiry, r->path);
	if (r->domain[0])
		out_printf(o, "; domain=%s", r->domain);
	if (r->expire_s && !r->browser_expire)
		cookie_expires(end_s, o);
	out_puts(o, "\r\n");
}
