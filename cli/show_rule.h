#ifndef CSS_CLI_SHOW_RULE_H
#define CSS_CLI_SHOW_RULE_H

#include <stddef.h>

struct args;
struct cli;
struct content;
struct env;
struct err;
struct out;
struct owner;
struct rule_counters;

/* What the topics of rules and of owners have in common. */

/* The owner that was typed; NULL and err when there is none of that name. */
const struct owner *owner_named(struct cli *cli, const char *name,
				struct err *err);
/* One labelled count a line. */
void rule_counters_show(const struct rule_counters *c, struct out *o);
/* show rule-summary: its head, and its lines for one owner */
void rule_summary_head(struct out *o);
void rule_summary_of(const struct owner *ow, struct out *o);

/* ---- one rule (show_rule_detail.c) ----------------------------------------- */
typedef void (*rule_show_fn)(const struct env *env, const struct content *r,
			     struct out *o);

void rule_show(const struct env *env, const struct content *r, struct out *o);
/* The same below its title. */
void rule_show_one(const struct env *env, const struct content *r,
		   struct out *o);
/* The aspect that the sentence has as a keyword; without one, the rule. */
rule_show_fn rule_aspect(const struct args *a);
/* By a word that begins it; NULL when none or several do. */
rule_show_fn rule_aspect_named(const char *word);
#define RULE_ASPECTS                                                           \
	"{acl|all|dns|header-field|hot-list|services|statistics|sticky}"

const char *rule_vip_text(const struct content *r);   /* or "ANY" */
const char *rule_proto_text(const struct content *r); /* "TCP", "ANY" */
void rule_port_text(const struct content *r, char *text, size_t cap);

#endif
