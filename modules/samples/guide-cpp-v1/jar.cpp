// The module of docs/modules.md in C++, version 1: a savings jar. Everyone may put ZRA in and take their own out.
// manifest.json beside this file describes it. Numbers are stored and passed as SCALE: fixed width, little-endian.

#include "zera.h"

namespace {

using Zra = unsigned __int128;  // base units, 10^9 of them are one ZRA
constexpr uint64_t ZRA = 1'000'000'000;

// Storage keys: an item by its name, an entry of a map by the map's name, a colon and the entry's key.
constexpr uint8_t LIMIT[] = {'l', 'i', 'm', 'i', 't'};
constexpr uint8_t TOTAL[] = {'t', 'o', 't', 'a', 'l'};
struct SavingsKey {
    uint8_t name[8] = {'s', 'a', 'v', 'i', 'n', 'g', 's', ':'};
    uint8_t account[32];
};

template <uint32_t N>
[[noreturn]] void fail(const char (&reason)[N]) {
    zera_fail(reinterpret_cast<const uint8_t *>(reason), N - 1);
    __builtin_unreachable();
}

template <typename T>
uint8_t *bytes(T &value) { return reinterpret_cast<uint8_t *>(&value); }

// The value at a key, or `otherwise`.
template <typename T, typename K>
T load(K &key, T otherwise) {
    zera_storage_get(reinterpret_cast<const uint8_t *>(&key), sizeof(key), bytes(otherwise), sizeof(T));
    return otherwise;
}

template <typename T, typename K>
void store(K &key, T value) {
    zera_storage_set(reinterpret_cast<const uint8_t *>(&key), sizeof(key), bytes(value), sizeof(T));
}

// The one argument of this call.
template <typename T>
T argument() {
    T value;
    if (zera_input_len() != sizeof(T)) fail("the arguments are not of the types in the manifest");
    zera_input_read(bytes(value), 0, sizeof(T));
    return value;
}

template <typename T>
void answer(T value) { zera_output_write(bytes(value), sizeof(T)); }

Zra attached() {
    Zra amount;
    zera_value(bytes(amount));
    return amount;
}

SavingsKey of_caller() {
    SavingsKey key;
    zera_caller(key.account);
    return key;
}

}  // namespace

// `limit` is the most ZRA that one account may keep here. That it is called at deployment only, setters by votes only, and
// ZRA reach only what is payable: the chain sees to that by the manifest.
ZERA_EXPORT(init) extern "C" void init() {
    store(LIMIT, argument<uint32_t>());
}

// Puts the attached ZRA in; answers what the caller has then.
ZERA_EXPORT(put) extern "C" void put() {
    auto key = of_caller();
    const Zra amount = attached(), saved = load<Zra>(key, 0) + amount;
    if (saved > load<uint32_t>(LIMIT, 0) * ZRA) fail("that is more than one account may keep here");
    store(key, saved);
    store(TOTAL, load<Zra>(TOTAL, 0) + amount);
    answer(saved);
}

// Takes ZRA out; answers what the caller has left.
ZERA_EXPORT(take) extern "C" void take() {
    auto key = of_caller();
    Zra amount = argument<Zra>();
    const Zra saved = load<Zra>(key, 0);
    if (amount > saved) fail("you have not that much here");
    if (amount == saved) {
        zera_storage_remove(bytes(key), sizeof(key));
    } else {
        store(key, saved - amount);
    }
    store(TOTAL, load<Zra>(TOTAL, 0) - amount);
    zera_transfer(key.account, bytes(amount));
    answer(saved - amount);
}

// What an account has in the jar.
ZERA_EXPORT(savings_of) extern "C" void savings_of() {
    SavingsKey key;
    if (zera_input_len() != sizeof(key.account)) fail("the arguments are not of the types in the manifest");
    zera_input_read(key.account, 0, sizeof(key.account));
    answer(load<Zra>(key, 0));
}

// Everything together. No upgrade may change it.
ZERA_EXPORT(total) extern "C" void total() { answer(load<Zra>(TOTAL, 0)); }

// The most ZRA that one account may keep; an enacted proposal alone sets it.
ZERA_EXPORT(get_limit) extern "C" uint32_t get_limit() { return load<uint32_t>(LIMIT, 0); }

ZERA_EXPORT(set_limit) extern "C" void set_limit() {
    const auto limit = argument<uint32_t>();
    if (limit < 1 || limit > 1'000'000) fail("outside the bounds in the manifest");
    store(LIMIT, limit);
}
