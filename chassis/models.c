#include "chassis/chassis.h"

#include <stddef.h>

#include "emu/base/str.h"

/*
 * The models of the product.  Those that are fixed have their boards soldered
 * in; in the others slot 1 is the SCM's and the rest take any module.  The
 * last arc of sysObjectID is what management clients tell the models by.
 */
static const struct chassis_model models[] = {
	{ .name = "11501",
	  .product = "CSS11501",
	  .nslots = 1,
	  .fixed = true,
	  .ssl_max = 0,
	  .slot_default = { [1] = "CSS11501" },
	  .scm = "CSS11501",
	  .snmp_product = 7 },
	{ .name = "11501S",
	  .product = "CSS11501",
	  .nslots = 2,
	  .fixed = true,
	  .ssl_max = 1,
	  .slot_default = { [1] = "CSS11501", [2] = "CSS11501S-SSL" },
	  .scm = "CSS11501",
	  .snmp_product = 7 },
	{ .name = "11503",
	  .product = "CSS11503",
	  .nslots = 3,
	  .ssl_max = 2,
	  .slot_default = { [1] = "CSS5-SCM-2GE",
			    [2] = "CSS5-SSL-K9",
			    [3] = "CSS5-IOM-8FE" },
	  .scm = "CSS5-SCM-2GE",
	  .snmp_product = 5 },
	{ .name = "11506",
	  .product = "CSS11506",
	  .nslots = 6,
	  .ssl_max = 4,
	  .slot_default = { [1] = "CSS5-SCM-2GE",
			    [2] = "CSS5-SSL-K9",
			    [3] = "CSS5-IOM-8FE" },
	  .scm = "CSS5-SCM-2GE",
	  .snmp_product = 6 },
};

#define NMODELS (sizeof(models) / sizeof(models[0]))

const struct chassis_model *chassis_model_find(const char *name)
{
	for (size_t i = 0; i < NMODELS; i++) {
		if (str_ieq(models[i].name, name))
			return &models[i];
	}
	return NULL;
}

const char *chassis_model_names(void)
{
	static char names[64];
	size_t len = 0;

	if (names[0] != '\0')
		return names;
	for (size_t i = 0; i < NMODELS; i++) {
		if (i > 0)
			names[len++] = ' ';
		if (!str_copy(names + len, sizeof(names) - len, models[i].name))
			break;
		while (names[len] != '\0')
			len++;
	}
	return names;
}

bool chassis_part_is_board(const char *part)
{
	for (size_t i = 0; i < NMODELS; i++) {
		const struct chassis_model *m = &models[i];

		for (unsigned s = 1; m->fixed && s <= m->nslots; s++) {
			if (str_ieq(m->slot_default[s], part))
				return true;
		}
	}
	return false;
}
