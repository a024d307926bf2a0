/*
 * Names for sets of rights that people give together. What is stored are the
 * rights: a name is only a way to write them.
 */
#ifndef POSTROOM_MODEL_RIGHTS_ROLE_H
#define POSTROOM_MODEL_RIGHTS_ROLE_H

#include "model/rights.h"

struct rights_role {
    const char *name;
    rights_mask rights;
    const char *meaning;
};

/* From the least to the most, each with all rights of the one before; ends with a row
 * without a name. */
const struct rights_role *rights_roles_all(void);

/* The name of exactly these rights, or NULL. */
const char *rights_role_name(rights_mask rights);

/* As rights_change_parse, with a role's name in place of letters as well: "editor",
 * "+contributor". Letters that spell a role ("reader") are that role. */
int rights_change_parse_role(struct slice text, enum rights_change *change_out,
                             rights_mask *rights_out) MUST_CHECK;

#endif
