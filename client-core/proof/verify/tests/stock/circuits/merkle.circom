pragma circom 2.0.0;
template Bits(n) { signal input in; signal output out[n]; var sum = 0; var p = 1;
  for (var i = 0; i < n; i++) { out[i] <-- (in >> i) & 1; out[i] * (out[i] - 1) === 0; sum += out[i] * p; p = p + p; } sum === in; }
template IsZero() { signal input in; signal output out; signal inv; inv <-- in != 0 ? 1 / in : 0; out <== 1 - in * inv; in * out === 0; }
template Less(n) { signal input a; signal input b; signal output out; component bits = Bits(n + 1); bits.in <== a + (1 << n) - b; out <== 1 - bits.out[n]; }
template Round(c) { signal input x; signal input k; signal output out; signal s2; signal s4; signal s6; var t = x + k + c; s2 <== t * t; s4 <== s2 * s2; s6 <== s4 * s2; out <== s6 * t; }
template Mix(rounds) { signal input x; signal input k; signal output out; component r[rounds]; var c = 7;
  for (var i = 0; i < rounds; i++) { r[i] = Round(c); r[i].x <== i == 0 ? x : r[i-1].out; r[i].k <== k; c = c * c + 11; } out <== r[rounds-1].out + x + k; }
template Merkle(n) { signal input leaf; signal input side[n]; signal input path[n]; signal output root; signal at[n + 1]; signal l[n]; signal r[n]; component m[n]; at[0] <== leaf;
 for (var i = 0; i < n; i++) { path[i] * (path[i] - 1) === 0; l[i] <== at[i] + path[i] * (side[i] - at[i]); r[i] <== side[i] + at[i] - l[i]; m[i] = Mix(12); m[i].x <== l[i]; m[i].k <== r[i]; at[i + 1] <== m[i].out; } root <== at[n]; }
component main = Merkle(8);
