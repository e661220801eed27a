// Sample: a ZERA module in C++ with nothing but zera.h. It keeps running figures over integer readings, of a sensor say:
// how many, least, greatest, sum. Entries take and return integers directly, except `summary`, which answers SCALE bytes.
//
// Built by `cargo xtask modules`; manifest.json beside this file describes it.

#include "../../include/zera.h"

namespace {

// What is stored under "readings", field by field in little-endian order: on wasm32 these are the struct's bytes.
struct Readings {
    uint64_t count;
    uint64_t least;
    uint64_t greatest;
    uint64_t sum;
};
static_assert(sizeof(Readings) == 32, "four integers without padding");

constexpr uint8_t KEY[] = "readings";
constexpr uint32_t KEY_LEN = sizeof(KEY) - 1;
constexpr uint8_t LIMIT_KEY[] = "limit";
constexpr uint32_t LIMIT_KEY_LEN = sizeof(LIMIT_KEY) - 1;
constexpr int32_t GOVERNANCE = 2;

template <uint32_t N>
[[noreturn]] void fail(const char (&reason)[N]) {
    zera_fail(reinterpret_cast<const uint8_t *>(reason), N - 1);
    __builtin_unreachable();
}

uint8_t *bytes(void *value) { return static_cast<uint8_t *>(value); }

Readings load() {
    Readings readings = {0, UINT64_MAX, 0, 0};
    zera_storage_get(KEY, KEY_LEN, bytes(&readings), sizeof(readings));
    return readings;
}

uint64_t load_limit() {
    uint64_t limit = UINT64_MAX;
    zera_storage_get(LIMIT_KEY, LIMIT_KEY_LEN, bytes(&limit), sizeof(limit));
    return limit;
}

}  // namespace

// Adds a reading; answers how many there are then.
ZERA_EXPORT(record) extern "C" uint64_t record(uint64_t reading) {
    if (reading > load_limit()) fail("the reading is above the limit");
    Readings readings = load();
    if (__builtin_add_overflow(readings.sum, reading, &readings.sum)) fail("the sum is full");
    readings.count += 1;
    if (reading < readings.least) readings.least = reading;
    if (reading > readings.greatest) readings.greatest = reading;
    zera_storage_set(KEY, KEY_LEN, bytes(&readings), sizeof(readings));
    constexpr uint8_t TOPIC[] = "Recorded";
    zera_emit_event(TOPIC, sizeof(TOPIC) - 1, bytes(&reading), sizeof(reading));
    return readings.count;
}

// How many readings there are.
ZERA_EXPORT(count) extern "C" uint64_t count() { return load().count; }

// Their mean, rounded down; 0 without readings.
ZERA_EXPORT(mean) extern "C" uint64_t mean() {
    const Readings readings = load();
    return readings.count == 0 ? 0 : readings.sum / readings.count;
}

// Count, least, greatest and sum as one SCALE tuple: fixed-width integers are their little-endian bytes.
ZERA_EXPORT(summary) extern "C" void summary() {
    Readings readings = load();
    if (readings.count == 0) readings.least = 0;
    zera_output_write(bytes(&readings), sizeof(readings));
}

// The greatest reading that is accepted.
ZERA_EXPORT(get_limit) extern "C" uint64_t get_limit() { return load_limit(); }

// Sets the greatest reading that is accepted; an enacted proposal alone may.
ZERA_EXPORT(set_limit) extern "C" void set_limit() {
    if (zera_caller_kind() != GOVERNANCE) fail("only an enacted proposal may set this");
    uint64_t limit = 0;
    if (zera_input_len() != sizeof(limit)) fail("the arguments are not of the types in the manifest");
    zera_input_read(bytes(&limit), 0, sizeof(limit));
    if (limit == 0) fail("outside the bounds in the manifest");
    zera_storage_set(LIMIT_KEY, LIMIT_KEY_LEN, bytes(&limit), sizeof(limit));
}
