#ifndef CSS_CLI_RENDER_H
#define CSS_CLI_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct args;
struct cli;
struct cmd;
struct env;
struct err;
struct out;
struct settings;

/* running-config in the product's layout and order (platform.md 3.1, field
 * notes); now is what "!Generated on" says. */
void render_config(const struct env *env, time_t now, struct out *o);
/* "!**** TITLE ****" of a section */
void render_banner(const char *title, struct out *o);
/* One section or object: "service", "web1"; name NULL: the section.
 * -1 and err when there is no such section or object. */
int render_section(const struct env *env, const char *section, const char *name,
		   struct out *o, struct err *err);
/* The lines of running-config that change no behaviour, each with its reason
 * (struct cmd .inert); nothing when there are none. */
void render_inert(const struct env *env, struct out *o);
/* What one row says of an object. */
void render_row(const struct cmd *row, const void *obj, struct out *o);
/* All rows that render, on the object of a mode (cli/modes.h: enum mode_id). */
void render_mode(int mode, const void *obj, struct out *o);
/* The rows of n tables in order of entry (struct mode .entered). */
void render_entered(const struct cmd *const *tables, int n,
		    const struct settings *order, const void *obj,
		    struct out *o);
/* A line was entered in a mode and has succeeded: notes its place. */
void render_note(struct cli *cli, int mode, const struct args *a);
/* The same for a row whose render hook gets obj. */
void render_note_in(struct settings *order, const struct args *a,
		    const void *obj);
/* All rows of a table that render, on one object. */
void render_rows(const struct cmd *table, const void *obj, struct out *o);
/* copy running-config startup-config: safe against a kill at any time */
int render_save(const struct env *env, struct err *err);
/* A configuration from elsewhere becomes the startup-config, as safely. */
int render_store(const struct env *env, const char *text, size_t len,
		 struct err *err);

#endif
