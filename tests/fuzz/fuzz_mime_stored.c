#include "fuzz.h"
#include "mime_invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_require(mime_stored_broken(fuzz_slice(data, size)));
    return 0;
}
