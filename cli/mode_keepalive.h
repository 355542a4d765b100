#ifndef CSS_CLI_MODE_KEEPALIVE_H
#define CSS_CLI_MODE_KEEPALIVE_H

struct out;
struct probe_spec;

/* The lines of a keepalive's settings; before stands in front of each: blanks,
 * and in a service the word `keepalive`. */
void probe_type_render(const struct probe_spec *p, const char *before,
		       struct out *o);
void probe_settings_render(const struct probe_spec *p, const char *before,
			   struct out *o);

#endif
