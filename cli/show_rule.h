#ifndef CSS_CLI_SHOW_RULE_H
#define CSS_CLI_SHOW_RULE_H

struct cli;
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

#endif
