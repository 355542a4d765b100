#ifndef CSS_CLI_USAGE_H
#define CSS_CLI_USAGE_H

struct loop;
struct plane;
struct usage;

/*
 * How busy the program is.  The switch's processors are two here: the SCM is
 * the control thread with its helpers, every module that has flows is the
 * workers.  Their CPU time is looked at every few seconds; a figure is per cent
 * of the processors that the role may use.
 */
enum usage_role { USAGE_SCM, USAGE_MODULES, USAGE_NUM };

struct usage *usage_new(struct loop *l, const struct plane *p);
void usage_free(struct usage *u);

struct usage_load {
	unsigned now;	  /* since the last look but one, 5 to 10 s */
	unsigned average; /* since power-on */
	unsigned min1, min5;
};
/* u may be NULL, a switch that does not run: nothing is used then. */
void usage_read(const struct usage *u, enum usage_role r,
		struct usage_load *load);

#endif
