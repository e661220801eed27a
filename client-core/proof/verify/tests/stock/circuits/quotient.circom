pragma circom 2.0.0;
template Bits(n) { signal input in; signal output out[n]; var sum = 0; var p = 1;
  for (var i = 0; i < n; i++) { out[i] <-- (in >> i) & 1; out[i] * (out[i] - 1) === 0; sum += out[i] * p; p = p + p; } sum === in; }
template IsZero() { signal input in; signal output out; signal inv; inv <-- in != 0 ? 1 / in : 0; out <== 1 - in * inv; in * out === 0; }
template Less(n) { signal input a; signal input b; signal output out; component bits = Bits(n + 1); bits.in <== a + (1 << n) - b; out <== 1 - bits.out[n]; }
template Round(c) { signal input x; signal input k; signal output out; signal s2; signal s4; signal s6; var t = x + k + c; s2 <== t * t; s4 <== s2 * s2; s6 <== s4 * s2; out <== s6 * t; }
template Mix(rounds) { signal input x; signal input k; signal output out; component r[rounds]; var c = 7;
  for (var i = 0; i < rounds; i++) { r[i] = Round(c); r[i].x <== i == 0 ? x : r[i-1].out; r[i].k <== k; c = c * c + 11; } out <== r[rounds-1].out + x + k; }
template Quotient() { signal input a; signal input b; signal output q; signal output r; q <-- a \ b; r <-- a % b; a === q * b + r; component l = Less(64); l.a <== r; l.b <== b; l.out === 1; component bq = Bits(64); bq.in <== q; component br = Bits(64); br.in <== r; }
component main {public [a, b]} = Quotient();
