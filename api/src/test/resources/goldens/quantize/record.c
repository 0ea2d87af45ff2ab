/*
 * Records what ggml's reference quantizers make of w.f32, built from llama.cpp's ggml-quants.c
 * (the copy in PyPI's llama-cpp-python 0.3.36, vendor/llama.cpp) without fused operations:
 *
 *   gcc -O2 -ffp-contract=off -DNDEBUG -DGGML_COMMON_DECL_C -Iggml/include -Iggml/src \
 *       record.c ggml/src/ggml-quants.c -lm -o record
 *   ./record TYPE w.f32 TYPE.bytes
 *
 * gguf 0.19.0 (quants.quantize) makes the same bytes of the types it can quantize: Q8_0, Q5_0,
 * Q4_0, Q4_1, TQ1_0, TQ2_0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ggml-common.h"
#include "ggml-quants.h"

/* What ggml-quants.c refers to and does not reach here. */
void ggml_abort(const char *file, int line, const char *format, ...) { abort(); }
size_t ggml_row_size(enum ggml_type type, int64_t n) { abort(); }
size_t ggml_type_size(enum ggml_type type) { abort(); }
const char *ggml_type_name(enum ggml_type type) { abort(); }
void ggml_critical_section_start(void) {}
void ggml_critical_section_end(void) {}

#define TYPE(name, block, weights)                  \
    if (!strcmp(argv[1], #name)) {                  \
        quantize_row_##name##_ref(x, (block *)out, n); \
        bytes = n / weights * sizeof(block);        \
    }

int main(int argc, char **argv) {
    FILE *file = fopen(argv[2], "rb");
    fseek(file, 0, SEEK_END);
    long n = ftell(file) / 4;
    rewind(file);
    float *x = malloc(n * 4);
    fread(x, 4, n, file);
    fclose(file);
    char *out = calloc(1, n * 4);
    size_t bytes = 0;
    TYPE(q8_0, block_q8_0, 32)
    TYPE(q6_K, block_q6_K, 256)
    TYPE(q5_0, block_q5_0, 32)
    TYPE(q4_0, block_q4_0, 32)
    TYPE(q4_1, block_q4_1, 32)
    TYPE(q4_K, block_q4_K, 256)
    TYPE(q1_0, block_q1_0, 128)
    TYPE(q2_0, block_q2_0, 64)
    TYPE(tq2_0, block_tq2_0, 256)
    file = fopen(argv[3], "wb");
    fwrite(out, 1, bytes, file);
    fclose(file);
    return bytes == 0;
}
