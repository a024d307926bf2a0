#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/uversion.h>

#include "base/text.h"
#include "casemap.h"
#include "utf8.h"

enum {
    WRITER_SIZE = 1024,
    FOLDED_MAX = 96, /* octets of a code point; U+FDFA has 33 */
    SHORT_MAX = 11   /* what nearly all fold to */
};

struct writer {
    struct buffer *out;
    size_t len;
    bool after_space;
    char octets[WRITER_SIZE];
};

static void flush(struct writer *writer)
{
    buffer_add(writer->out, slice_of(writer->octets, writer->len));
    writer->len = 0;
}

/* ASCII folds octet by octet, and a run of it is most of most mail: no
 * branches here, every octet is written and a repeated space overwritten. */
static void fold_ascii_piece(struct slice s, struct writer *writer)
{
    char *place = writer->octets + writer->len;
    bool after_space = writer->after_space;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        bool is_space = (c == ' ') | ((unsigned char)(c - '\t') <= '\r' - '\t');
        bool is_upper = (unsigned char)(c - 'A') <= 'Z' - 'A';
        *place = is_space ? ' ' : (char)(c | is_upper << 5);
        place += !(is_space & after_space);
        after_space = is_space;
    }
    writer->len = (size_t)(place - writer->octets);
    writer->after_space = after_space;
}

static void fold_ascii(struct slice s, struct writer *writer)
{
    while (s.len > 0) {
        if (writer->len == WRITER_SIZE)
            flush(writer);
        size_t room = WRITER_SIZE - writer->len;
        fold_ascii_piece(slice_sub(s, 0, room), writer);
        s = slice_sub(s, room, s.len);
    }
}

/* Of one code point ------------------------------------------------------------------- */

/* Full case folding of what i;unicode-casemap has left; white space is a space, and what is
 * invisible (soft hyphens, zero width joiners) nothing. */
static size_t fold_mapped(UChar32 c, char *octets, size_t len)
{
    UChar one[U16_MAX_LENGTH], folded[CASEMAP_MAX];
    int32_t one_length = 0, length = 0;
    UErrorCode status = U_ZERO_ERROR;
    if (u_isUWhiteSpace(c)) {
        octets[len++] = ' ';
        return len;
    }
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return len;
    U16_APPEND_UNSAFE(one, one_length, u_totitle(c)); /* what was decomposed may have one */
    length = u_strFoldCase(folded, CASEMAP_MAX, one, one_length, U_FOLD_CASE_DEFAULT, &status);
    for (int32_t i = 0; i < length && len <= FOLDED_MAX - U8_MAX_LENGTH;) {
        UChar32 next;
        U16_NEXT(folded, i, length, next);
        U8_APPEND_UNSAFE(octets, len, next);
    }
    return len;
}

static size_t fold_code_point(UChar32 c, char octets[FOLDED_MAX])
{
    UChar mapped[CASEMAP_MAX];
    int32_t length = casemap(c, mapped);
    size_t len = 0;
    for (int32_t i = 0; i < length;) {
        UChar32 next;
        U16_NEXT(mapped, i, length, next);
        len = fold_mapped(next, octets, len);
    }
    return len;
}

/* A text has few different code points: what they fold to is remembered. */
struct memory {
    UChar32 c; /* 0: nothing yet */
    uint8_t len;
    char octets[SHORT_MAX];
};
enum { MEMORY_SIZE = 4096 };
static _Thread_local struct memory memories[MEMORY_SIZE];

static void put(struct writer *writer, const char *octets, size_t len)
{
    if (writer->len > WRITER_SIZE - FOLDED_MAX)
        flush(writer);
    for (size_t i = 0; i < len; i++) {
        bool is_space = octets[i] == ' ';
        if (!(is_space && writer->after_space))
            writer->octets[writer->len++] = octets[i];
        writer->after_space = is_space;
    }
}

static void put_code_point(struct writer *writer, UChar32 c)
{
    struct memory *memory = &memories[(uint32_t)c % MEMORY_SIZE];
    if (memory->c == c) {
        put(writer, memory->octets, memory->len);
        return;
    }
    char octets[FOLDED_MAX];
    size_t len = fold_code_point(c, octets);
    put(writer, octets, len);
    if (len > SHORT_MAX)
        return;
    memory->c = c;
    memory->len = (uint8_t)len;
    memcpy(memory->octets, octets, len);
}

/* Texts --------------------------------------------------------------------------------- */

void text_fold(struct slice s, struct buffer *out)
{
    struct writer writer;
    writer.out = out;
    writer.len = 0;
    writer.after_space = false;
    while (s.len > 0 && !out->failed) {
        size_t at = utf8_ascii_prefix(s);
        fold_ascii(slice_sub(s, 0, at), &writer);
        while (at < s.len && (unsigned char)s.data[at] >= 0x80)
            put_code_point(&writer, (UChar32)text_next(s, &at));
        s = slice_sub(s, at, s.len);
    }
    flush(&writer);
}

uint32_t text_edition(void)
{
    UVersionInfo version;
    u_getVersion(version);
    return version[0];
}
