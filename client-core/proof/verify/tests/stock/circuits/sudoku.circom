pragma circom 2.0.0;
template Bits(n) { signal input in; signal output out[n]; var sum = 0; var p = 1;
  for (var i = 0; i < n; i++) { out[i] <-- (in >> i) & 1; out[i] * (out[i] - 1) === 0; sum += out[i] * p; p = p + p; } sum === in; }
template IsZero() { signal input in; signal output out; signal inv; inv <-- in != 0 ? 1 / in : 0; out <== 1 - in * inv; in * out === 0; }
template Less(n) { signal input a; signal input b; signal output out; component bits = Bits(n + 1); bits.in <== a + (1 << n) - b; out <== 1 - bits.out[n]; }
template Round(c) { signal input x; signal input k; signal output out; signal s2; signal s4; signal s6; var t = x + k + c; s2 <== t * t; s4 <== s2 * s2; s6 <== s4 * s2; out <== s6 * t; }
template Mix(rounds) { signal input x; signal input k; signal output out; component r[rounds]; var c = 7;
  for (var i = 0; i < rounds; i++) { r[i] = Round(c); r[i].x <== i == 0 ? x : r[i-1].out; r[i].k <== k; c = c * c + 11; } out <== r[rounds-1].out + x + k; }
template Sudoku() { signal input given[4][4]; signal input solved[4][4]; component eq[4][4]; signal s2[4][4]; 
 for (var i = 0; i < 4; i++) { for (var j = 0; j < 4; j++) { given[i][j] * (given[i][j] - solved[i][j]) === 0; s2[i][j] <== (solved[i][j] - 1) * (solved[i][j] - 2); } }
 signal s3[4][4]; for (var i = 0; i < 4; i++) { for (var j = 0; j < 4; j++) { s3[i][j] <== (solved[i][j] - 3) * (solved[i][j] - 4); s2[i][j] * s3[i][j] === 0; } }
 signal sum[4]; signal p[4][4]; for (var i = 0; i < 4; i++) { p[i][0] <== solved[i][0]; for (var j = 1; j < 4; j++) { p[i][j] <== p[i][j-1] * solved[i][j]; } p[i][3] === 24; solved[i][0] + solved[i][1] + solved[i][2] + solved[i][3] === 10; } 
 signal q[4][4]; for (var i = 0; i < 4; i++) { q[i][0] <== solved[0][i]; for (var j = 1; j < 4; j++) { q[i][j] <== q[i][j-1] * solved[j][i]; } q[i][3] === 24; } }
component main {public [given]} = Sudoku();
