#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/uversion.h>

#include "base/text.h"
#include "utf8.h"

/* Text is folded in pieces, so that a body of any size needs only this much
 * of a fiber's stack. U+FDFA (three octets) becomes 18 units, the most there is. */
enum { PIECE_SIZE = 512, FOLDED_PIECE_SIZE = PIECE_SIZE * 6, WRITER_SIZE = 1024 };

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

static void put_space(struct writer *writer)
{
    if (!writer->after_space)
        writer->octets[writer->len++] = ' ';
    writer->after_space = true;
}

static void put_code_point(struct writer *writer, UChar32 c)
{
    if (writer->len > WRITER_SIZE - U8_MAX_LENGTH)
        flush(writer);
    if (u_isUWhiteSpace(c)) {
        put_space(writer);
        return;
    }
    U8_APPEND_UNSAFE(writer->octets, writer->len, c);
    writer->after_space = false;
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

/* NFKC_Casefold (Unicode Standard section 5.18): NFKC with full case folding
 * and without what is invisible (soft hyphens, zero width joiners). */
static void fold_piece(const UNormalizer2 *folder, struct slice s, struct writer *writer)
{
    UChar wide[PIECE_SIZE], folded[FOLDED_PIECE_SIZE];
    int32_t length = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8WithSub(wide, PIECE_SIZE, &length, s.data, (int32_t)s.len, 0xfffd, NULL, &status);
    length = unorm2_normalize(folder, wide, length, folded, FOLDED_PIECE_SIZE, &status);
    if (U_FAILURE(status)) {
        writer->out->failed = -ERR_INTERNAL;
        return;
    }
    for (int32_t i = 0; i < length;) {
        UChar32 c;
        U16_NEXT(folded, i, length, c);
        put_code_point(writer, c);
    }
}

/* Whether text can be folded apart before and after this place. */
static bool is_boundary(const UNormalizer2 *folder, struct slice s, size_t at)
{
    if ((unsigned char)s.data[at] < 0x80)
        return true;
    if (utf8_sequence(s, at) == 0)
        return false;
    return unorm2_hasBoundaryBefore(folder, (UChar32)text_next(s, &at));
}

static size_t piece_length(const UNormalizer2 *folder, struct slice s)
{
    if (s.len <= PIECE_SIZE)
        return s.len;
    for (size_t end = PIECE_SIZE; end > PIECE_SIZE / 2; end--) {
        if (is_boundary(folder, s, end))
            return end;
    }
    return utf8_cut(s, PIECE_SIZE).len; /* hundreds of combining marks: no text */
}

void text_fold(struct slice s, struct buffer *out)
{
    struct writer writer;
    writer.out = out;
    writer.len = 0;
    writer.after_space = false;

    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *folder = unorm2_getNFKCCasefoldInstance(&status);
    if (U_FAILURE(status)) {
        out->failed = -ERR_INTERNAL;
        return;
    }
    while (s.len > 0 && !out->failed) {
        size_t ascii = utf8_ascii_prefix(s);
        if (ascii < s.len && ascii > 0)
            ascii--; /* the last one may be the base of a combining mark */
        fold_ascii(slice_sub(s, 0, ascii), &writer);
        s = slice_sub(s, ascii, s.len);

        size_t piece = piece_length(folder, s);
        fold_piece(folder, slice_sub(s, 0, piece), &writer);
        s = slice_sub(s, piece, s.len);
    }
    flush(&writer);
}

uint32_t text_edition(void)
{
    UVersionInfo version;
    u_getVersion(version);
    return version[0];
}
