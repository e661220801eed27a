#!/usr/bin/env python3
"""Makes and checks conviction.json, the test vectors of ZERA's conviction arithmetic.

Python's integers have no size, so every line here is the definition and not an approximation of it. Nothing is shared
with the Rust code; only the standard library is used.

    python3 conviction.py make     writes conviction.json beside this file
    python3 conviction.py check    recomputes everything in it and says what it checked

The definition (design section 6), with half-life T in slots and 2^128 as one:

    alpha = floor(2^128 * 2^(-1/T))
    A(0) = 2^128; A(d) = alpha^d by square-and-multiply from the least significant bit of d, each product >> 128
    y(t) = floor((A*y + (2^128 - A)*x) / 2^128) with A = A(t - s), for a triple (y, x, s), t >= s;
           where parameter epochs begin between s and t, piecewise: one floor for each piece
    a change of an allocation from x to x' at slot t: y' = y(t) if x' >= x, else floor(y(t)*x'/x);
           its side: x_side - x + x', and y_side(t) - (y(t) - y'), clamped to 0 <= y_side <= x_side
    base B: the same recurrence over the sum of all allocations; a change of its input keeps its y,
           and where the input stays the same (x' = x) the triple is not written
    S = max(floor(supply*phi/10^6), B);   passes: (y_for - y_against)*10^6 > tau*S
"""

import decimal
import hashlib
import json
import pathlib
import sys

ONE = 1 << 128
PPM = 10**6
ZRA = 10**9
SUPPLY = 10**9 * ZRA
FILE = pathlib.Path(__file__).with_name("conviction.json")
SCHEDULES = 1000

ABOUT = {
    "what": "Test vectors of ZERA's conviction arithmetic; conviction.py states the definition and recomputes all.",
    "units": "slots; base units (10^9 per ZRA) as decimal strings; shares in parts per million; factors in hex, 2^128 = one",
    "alpha": "rows [T, alpha]",
    "decay": "rows [T, slots, A(slots)]",
    "schedules": {
        "epochs": "rows [start slot, T, phi, tau]: parameters from that slot on; the first starts at 0",
        "changes": "rows [slot, account, proposal, side, x', y' of the allocation, y of the side, y of B], in order; "
        "side 0 for, 1 against; the three y at this slot, after this change",
        "probes": "rows [slot, proposal, y_for, y_against, B, S, passes], after all changes; "
        "the slot is not before the last change",
    },
    "supply": str(SUPPLY),
}


# The definition -------------------------------------------------------------------------------------------------------

_alphas = {}


def alpha(half_life):
    if half_life not in _alphas:
        with decimal.localcontext() as context:
            context.prec = 120
            exact = decimal.Decimal(2) ** 128 * (-(decimal.Decimal(2).ln()) / half_life).exp()
            value = int(exact)
            # 120 digits leave about 80 behind the point: the floor is certain unless these are all 0 or all 9.
            rest = exact - value
            assert decimal.Decimal(10) ** -60 < rest < 1 - decimal.Decimal(10) ** -60
        if half_life <= 3000:  # and by its definition, in integers: alpha <= 2^128 * 2^(-1/T) < alpha + 1
            assert value**half_life * 2 <= ONE**half_life < (value + 1) ** half_life * 2
        _alphas[half_life] = value
    return _alphas[half_life]


def decay(half_life, slots):
    result, power = ONE, alpha(half_life)
    while slots:
        if slots & 1:
            result = result * power >> 128
        power = power * power >> 128
        slots >>= 1
    return result


def pieces(epochs, since, now):
    """(T, slots) of each piece of time between `since` and `now`."""
    for index, (start, half_life, _phi, _tau) in enumerate(epochs):
        end = min(now, epochs[index + 1][0]) if index + 1 < len(epochs) else now
        if end > max(start, since):
            yield half_life, end - max(start, since)


def follow(epochs, triple, now):
    y, x, since = triple
    for half_life, slots in pieces(epochs, since, now):
        factor = decay(half_life, slots)
        y = (factor * y + (ONE - factor) * x) // ONE
    return y


class Chain:
    """Two proposals, their sides, all allocations, the base."""

    def __init__(self, epochs):
        self.epochs = epochs
        self.allocations = {}
        self.sides = {(proposal, side): (0, 0, 0) for proposal in (0, 1) for side in (0, 1)}
        self.base = (0, 0, 0)

    def change(self, slot, account, proposal, side, x):
        held = self.allocations.get((account, proposal, side), (0, 0, slot))
        before = follow(self.epochs, held, slot)
        after = before if x >= held[1] else before * x // held[1]
        whole = self.sides[proposal, side]
        side_x = whole[1] - held[1] + x
        side_y = min(max(follow(self.epochs, whole, slot) - (before - after), 0), side_x)
        base_y = follow(self.epochs, self.base, slot)
        if x != held[1]:
            self.base = (base_y, self.base[1] - held[1] + x, slot)
        self.allocations[account, proposal, side] = (after, x, slot)
        self.sides[proposal, side] = (side_y, side_x, slot)
        assert 0 <= after <= x and 0 <= side_y <= side_x
        return after, side_y, base_y

    def probe(self, slot, proposal):
        y_for, y_against = (follow(self.epochs, self.sides[proposal, side], slot) for side in (0, 1))
        base = follow(self.epochs, self.base, slot)
        _, _, phi, tau = [epoch for epoch in self.epochs if epoch[0] <= slot][-1]
        threshold_base = max(SUPPLY * phi // PPM, base)
        return y_for, y_against, base, threshold_base, (y_for - y_against) * PPM > tau * threshold_base


class Exact:
    """One triple without rounding to units (192 more bits), to bound what rounding takes."""

    BITS = 192

    def __init__(self, epochs):
        self.epochs, self.y, self.x, self.since = epochs, 0, 0, 0

    def at(self, now):
        y, x = self.y, self.x << self.BITS
        for half_life, slots in pieces(self.epochs, self.since, now):
            factor = decay(half_life, slots)
            y = (factor * y + (ONE - factor) * x) // ONE
        return y

    def set(self, now, x):
        y = self.at(now)
        self.y, self.x, self.since = (y if x >= self.x else y * x // self.x), x, now


# Making ---------------------------------------------------------------------------------------------------------------


class Dice:
    """Numbers from a name; the same in every version of Python."""

    def __init__(self, name):
        self.name, self.count = name, 0

    def below(self, limit):
        self.count += 1
        digest = hashlib.blake2b(f"{self.name}/{self.count}".encode()).digest()
        return int.from_bytes(digest, "little") % limit

    def pick(self, options):
        return options[self.below(len(options))]

    def spread(self, low, high):
        """Evenly in the number of digits rather than in the number."""
        bits = low.bit_length() + self.below(high.bit_length() - low.bit_length() + 1)
        return min(max(low, self.below(1 << bits)), high)


def schedule(index):
    dice = Dice(f"zera/conviction/{index}")
    half_life = dice.pick([30, 60, 259_200, 7_776_000, dice.spread(30, 7_776_000), dice.spread(30, 100_000)])
    epochs = [[0, half_life, dice.pick([50_000, 150_000, 500_000]), dice.pick([100_000, 200_000, 350_000, 500_000])]]
    step = lambda: dice.pick([0, 1, 1 + dice.below(10), half_life // 4, half_life, dice.spread(1, half_life * 40)])
    slot, when = 0, []
    for _ in range(3 + dice.below(6)):
        slot += step()
        when.append(slot)
    for _ in range(dice.pick([0, 1, 1, 2, 3])):
        start = 1 + dice.below(slot + 2 * half_life)
        if all(start != epoch[0] for epoch in epochs):
            changed = dice.pick([30, 60, max(30, half_life // 2), min(half_life * 3, 7_776_000), half_life])
            epochs.append([start, changed, dice.pick([50_000, 150_000]), dice.pick([100_000, 500_000, 600_000])])
    epochs.sort()
    holds, changes = {}, []
    for at in when:
        account, proposal = dice.below(4), dice.pick([0, 0, 0, 1])
        side, x = holds.get((account, proposal), (dice.pick([0, 0, 1]), 0))
        amount = dice.pick([0, x // 2, x - 1, x + 1, x * 3, dice.spread(ZRA, SUPPLY // 8), dice.spread(ZRA, SUPPLY // 8)])
        amount = min(amount, SUPPLY // 8) if amount >= ZRA else 0
        if amount == 0 and x == 0:
            amount = SUPPLY // 8 - dice.below(1000)
        if amount:
            holds[account, proposal] = (side, amount)
        else:
            holds.pop((account, proposal), None)
        changes.append([at, account, proposal, side, amount])
    probes = [[slot + step(), dice.pick([0, 0, 1])] for _ in range(2)]
    return {"epochs": epochs, "changes": changes, "probes": probes}


def fill(inputs):
    chain = Chain(inputs["epochs"])
    changes = [row + list(chain.change(*row)) for row in inputs["changes"]]
    probes = [row + list(chain.probe(*row)) for row in inputs["probes"]]
    return {"epochs": inputs["epochs"], "changes": changes, "probes": probes}


def written(filled):
    """Amounts as strings, so that readers with 53-bit numbers keep every digit."""
    text = lambda row, amounts: [str(value) if place in amounts else value for place, value in enumerate(row)]
    return {
        "epochs": filled["epochs"],
        "changes": [text(row, {4, 5, 6, 7}) for row in filled["changes"]],
        "probes": [text(row, {2, 3, 4, 5}) for row in filled["probes"]],
    }


def half_lives():
    dice = Dice("zera/half-lives")
    return [30, 31, 59, 60, 259_200, 7_775_999, 7_776_000] + sorted({dice.spread(30, 7_776_000) for _ in range(60)})


def make():
    dice = Dice("zera/decay")
    alphas = [[half_life, f"{alpha(half_life):032x}"] for half_life in half_lives()]
    decays = []
    for half_life in half_lives():
        for slots in (0, 1, half_life, dice.spread(1, half_life * 120)):
            decays.append([half_life, slots, f"{decay(half_life, slots):x}"])
    decays += [[30, 2**64 - 1, "0"], [7_776_000, 2**64 - 1, "0"]]
    rows = [json.dumps(written(fill(schedule(index))), separators=(",", ":")) for index in range(SCHEDULES)]
    lines = ",\n".join(rows)
    compact = lambda table: ",\n".join(json.dumps(row, separators=(",", ":")) for row in table)
    FILE.write_text(
        f'{{"about":{json.dumps(ABOUT, indent=1)},\n"alpha":[\n{compact(alphas)}\n],\n'
        f'"decay":[\n{compact(decays)}\n],\n"schedules":[\n{lines}\n]}}\n'
    )


# Checking -------------------------------------------------------------------------------------------------------------


def check_loss(inputs):
    """Rounding moves a side by less than two units for each change of its stake."""
    for proposal in (0, 1):
        for side in (0, 1):
            mine = [row for row in inputs["changes"] if row[2] == proposal and row[3] == side]
            chain, exact = Chain(inputs["epochs"]), {}
            for slot, account, _, _, x in mine:
                chain.change(slot, account, proposal, side, x)
                exact.setdefault(account, Exact(inputs["epochs"])).set(slot, x)
                loss = sum(one.at(slot) for one in exact.values()) - (chain.sides[proposal, side][0] << Exact.BITS)
                # and one unit of the side and of each allocation at each boundary of parameter epochs
                most = 2 * len(mine) + (len(inputs["epochs"]) - 1) * (1 + len(exact))
                assert not mine or abs(loss) < most << Exact.BITS, (loss >> Exact.BITS, most)


def check():
    data = json.loads(FILE.read_text())
    for half_life, value in data["alpha"]:
        assert alpha(half_life) == int(value, 16), half_life
    for half_life, slots, value in data["decay"]:
        assert decay(half_life, slots) == int(value, 16), (half_life, slots)
    changes = epochs = passing = 0
    for index, schedule_ in enumerate(data["schedules"]):
        inputs = {
            "epochs": schedule_["epochs"],
            "changes": [row[:4] + [int(row[4])] for row in schedule_["changes"]],
            "probes": [row[:2] for row in schedule_["probes"]],
        }
        assert written(fill(inputs)) == schedule_, f"schedule {index}"
        check_loss(inputs)
        changes += len(inputs["changes"])
        epochs += len(inputs["epochs"])
        passing += sum(row[6] for row in schedule_["probes"])
    print(
        f"{len(data['alpha'])} alphas, {len(data['decay'])} decays, {len(data['schedules'])} schedules with "
        f"{changes} changes in {epochs} parameter epochs, {passing} probes passing: all as recomputed"
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["make"]:
        make()
    elif sys.argv[1:] == ["check"]:
        check()
    else:
        sys.exit(__doc__)
