#ifndef CSS_EMU_NET_TOKEN_H
#define CSS_EMU_NET_TOKEN_H

#include <stdbool.h>

/* May the byte stand in a token (RFC 9110 5.6.2)? */
static inline bool token_char(unsigned char c)
{
	static const bool marks[128] = {
		['!'] = true, ['#'] = true,  ['$'] = true, ['%'] = true,
		['&'] = true, ['\''] = true, ['*'] = true, ['+'] = true,
		['-'] = true, ['.'] = true,  ['^'] = true, ['_'] = true,
		['`'] = true, ['|'] = true,  ['~'] = true,
	};

	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'))
		return true;
	return c < 128 && marks[c];
}

#endif
