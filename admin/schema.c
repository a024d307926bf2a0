/* postroomctl schema … */
#include "store/schema.h"

#include "admin.h"

static int admin_schema_status(struct admin *admin)
{
    static const char *const columns[] = {"installed", "program", "state", NULL};
    uint32_t version;
    int err = schema_version(admin->database, &version);
    if (err)
        return err;
    uint32_t built = schema_version_built();
    struct slice state = version == built  ? SLICE("up to date")
                         : version < built ? SLICE("run: postroomctl schema migrate")
                                           : SLICE("newer than this program");
    output_columns(admin->output, columns);
    output_single(admin->output);
    struct cell cells[] = {cell_number(version), cell_number(built), cell_text(state)};
    return output_row(admin->output, cells);
}

static void schema_applied(void *arg, const char *name)
{
    struct admin *admin = arg;
    output_say(admin->output, "applied %s", name);
}

static int admin_schema_migrate(struct admin *admin)
{
    int err = schema_migrate(admin->database, schema_applied, admin);
    if (!err)
        output_say(admin->output, "the schema is at version %u", schema_version_built());
    return err;
}

const struct admin_verb schema_verbs[] = {
    {"schema", "status", "", "Compares the database's schema with this program's.", 0, 0,
     VERB_WITHOUT_ENGINE, admin_schema_status, NULL},
    {"schema", "migrate", "", "Creates the schema or brings it up to date.", 0, 0,
     VERB_WITHOUT_ENGINE, admin_schema_migrate, NULL},
    {0},
};
