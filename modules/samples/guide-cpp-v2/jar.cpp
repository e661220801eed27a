// The module of docs/modules.md in C++, version 2: it remembers since when somebody saves.
// manifest.json beside this file describes it. Numbers are stored and passed as SCALE: fixed width, little-endian.

#include "zera.h"

namespace {

using Zra = unsigned __int128;  // base units, 10^9 of them are one ZRA
constexpr uint64_t ZRA = 1'000'000'000;
constexpr uint32_t STEP = 256;  // accounts that one step of the migration carries over

// Storage keys: an item by its name, an entry of a map by the map's name, a colon and the entry's key.
constexpr uint8_t LIMIT[] = {'l', 'i', 'm', 'i', 't'};
constexpr uint8_t TOTAL[] = {'t', 'o', 't', 'a', 'l'};
struct SavingsKey {
    uint8_t name[8] = {'s', 'a', 'v', 'i', 'n', 'g', 's', ':'};
    uint8_t account[32];
};

// What the jar keeps of one account: two SCALE integers, one after the other.
struct [[gnu::packed]] Savings {
    Zra amount;
    uint64_t since;
};
static_assert(sizeof(Savings) == 24, "no padding");

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
    const Zra amount = attached();
    Savings savings = load<Savings>(key, {0, zera_slot()});
    savings.amount += amount;
    if (savings.amount > load<uint32_t>(LIMIT, 0) * ZRA) fail("that is more than one account may keep here");
    store(key, savings);
    store(TOTAL, load<Zra>(TOTAL, 0) + amount);
    answer(Zra(savings.amount));
}

// Takes ZRA out; answers what the caller has left.
ZERA_EXPORT(take) extern "C" void take() {
    auto key = of_caller();
    Zra amount = argument<Zra>();
    Savings savings = load<Savings>(key, {0, 0});
    if (amount > savings.amount) fail("you have not that much here");
    savings.amount -= amount;
    if (savings.amount == 0) {
        zera_storage_remove(bytes(key), sizeof(key));
    } else {
        store(key, savings);
    }
    store(TOTAL, load<Zra>(TOTAL, 0) - amount);
    zera_transfer(key.account, bytes(amount));
    answer(Zra(savings.amount));
}

// What an account has in the jar.
ZERA_EXPORT(savings_of) extern "C" void savings_of() {
    SavingsKey key;
    if (zera_input_len() != sizeof(key.account)) fail("the arguments are not of the types in the manifest");
    zera_input_read(key.account, 0, sizeof(key.account));
    answer(Zra(load<Savings>(key, {0, 0}).amount));
}

// Since which slot an account has something in the jar: a SCALE option, one byte and then the slot if it is 1.
ZERA_EXPORT(since) extern "C" void since() {
    SavingsKey key;
    if (zera_input_len() != sizeof(key.account)) fail("the arguments are not of the types in the manifest");
    zera_input_read(key.account, 0, sizeof(key.account));
    const Savings savings = load<Savings>(key, {0, 0});
    answer(uint8_t(savings.amount != 0));
    if (savings.amount != 0) answer(uint64_t(savings.since));
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

// Carries the savings of version 1 over, some accounts a step. The argument is the cursor, SCALE bytes: their number times
// four in one byte (below 64), then they. The answer is an option of the same: where the next step goes on, or none.
ZERA_EXPORT(migrate) extern "C" void migrate() {
    SavingsKey at;
    uint32_t at_len = sizeof(at.name);  // before the first entry: the prefix alone
    Zra total = 0;
    if (zera_input_len() == 1) {
        uint32_t limit = 0;
        zera_old_storage_get(LIMIT, sizeof(LIMIT), bytes(limit), sizeof(limit));
        store(LIMIT, limit);
    } else {
        zera_input_read(bytes(at), 1, sizeof(at));
        at_len = sizeof(at);
        total = load<Zra>(TOTAL, 0);
    }
    for (uint32_t done = 0; done < STEP; done++) {
        SavingsKey next;
        const int32_t length = zera_old_storage_next(bytes(at), at_len, bytes(next), sizeof(next));
        if (length != sizeof(next) || __builtin_memcmp(next.name, at.name, sizeof(at.name)) != 0) {
            store(TOTAL, total);
            return answer(uint8_t(0));
        }
        Savings savings = {0, zera_slot()};
        zera_old_storage_get(bytes(next), sizeof(next), bytes(savings), sizeof(Zra));
        store(next, savings);
        total += savings.amount;
        at = next;
        at_len = sizeof(at);
    }
    // Recounted, not copied: had an account been lost, the invariant `total` would differ and the upgrade abort.
    store(TOTAL, total);
    answer(uint8_t(1));
    answer(uint8_t(sizeof(at) << 2));
    answer(at);
}

// The ZRA that the jar owes are there.
ZERA_EXPORT(health) extern "C" uint32_t health() {
    uint8_t self[32];
    Zra balance;
    zera_self_id(self);
    zera_balance(self, bytes(balance));
    return balance >= load<Zra>(TOTAL, 0);
}
