/* Commands of the header-field-group mode (content.md 6.6). */
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/hfgroup.h"

static enum header_field field_read(const struct args *a)
{
	for (int i = 0; i < FIELD_NUM; i++)
		if (arg_key(a, header_field_name((enum header_field)i)))
			return (enum header_field)i;
	return FIELD_CUSTOM;
}

static enum header_op op_read(const struct args *a)
{
	for (int i = 0; i < HEADER_OP_NUM; i++)
		if (arg_key(a, header_op_name((enum header_op)i)))
			return (enum header_op)i;
	return HEADER_EXIST;
}

static int field_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct hfgroup_field f = {
		.field = field_read(a),
		.op = op_read(a),
		.search_len = (uint16_t)arg_uint(a, "search-length", 0),
	};
	const char *custom = arg_word(a, "custom-field");
	const char *text = arg_word(a, "text");

	(void)str_copy(f.name, sizeof(f.name), arg_word(a, "name"));
	(void)str_copy(f.custom, sizeof(f.custom), custom ? custom : "");
	(void)str_copy(f.text, sizeof(f.text), text ? text : "");
	return hfgroup_set_field(cli_conf(cli), cli_object(cli), &f, err);
}

static int field_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return hfgroup_del_field(cli_conf(cli), cli_object(cli),
				 arg_word(a, "name"), err);
}

static void fields_render(const void *obj, struct out *o)
{
	const struct hfgroup *g = obj;

	for (size_t i = 0; i < g->nfield; i++) {
		const struct hfgroup_field *f = &g->field[i];

		out_printf(o, "  header-field %s %s ", f->name,
			   header_field_name(f->field));
		if (f->field == FIELD_CUSTOM)
			out_printf(o, "\"%s\" ", f->custom);
		out_printf(o, "%s ", header_op_name(f->op));
		if (f->text[0])
			out_printf(o, "\"%s\" ", f->text);
		if (f->search_len)
			out_printf(o, "%u ", f->search_len);
		out_puts(o, "\n");
	}
}

/* Row order is running-config order. */
const struct cmd hfgroup_cmds[] = {
	{ .syntax = "description <text:text:1-64>",
	  .help = "Describe the group\n"
		  "Text in quotes",
	  .no = "no description",
	  .set =
		  &(const struct setting){
			  SETTING_AT(struct hfgroup, description),
			  .cap = sizeof(((struct hfgroup *)0)->description),
			  .store = SET_TEXT } },
	{ .syntax = "header-field <name:name:32> "
		    "{accept|cache-control|charset|connection|cookies|encoding|"
		    "host|language|msisdn|pragma|referer|request-line|"
		    "user-agent|custom <custom-field:text:1-31>} "
		    "{{contain|equal|not-contain|not-equal} <text:text:1-31> "
		    "[<search-length:uint:0-1024>]|exist|not-exist}",
	  .help = "What requests must have\n"
		  "Name of this line\n"
		  "Accept\n"
		  "Cache-Control\n"
		  "Accept-Charset\n"
		  "Connection\n"
		  "Cookie\n"
		  "Accept-Encoding\n"
		  "Host\n"
		  "Accept-Language\n"
		  "Telephone number that a WAP gateway adds\n"
		  "Pragma\n"
		  "Referer\n"
		  "Method, URI and version\n"
		  "User-Agent\n"
		  "Another field\n"
		  "Name of the field in quotes\n"
		  "The field holds a text\n"
		  "The field is a text\n"
		  "The field does not hold a text\n"
		  "The field is not a text\n"
		  "Text in quotes\n"
		  "Bytes to look at, 0 all\n"
		  "The field is there\n"
		  "The field is not there",
	  .run = field_set,
	  .render = fields_render,
	  .no = "no header-field <name:name:32>",
	  .clear = field_clear },
	{ 0 },
};
