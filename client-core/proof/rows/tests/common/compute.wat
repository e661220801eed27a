;; Calls that only compute, as long as their argument says.
(module
  (memory 2 2)
  (func (export "sieve") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $count i32)
    (local.set $i (i32.const 2))
    (loop $next
      (if (i32.lt_u (local.get $i) (local.get $n)) (then
        (if (i32.eqz (i32.load8_u (local.get $i))) (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $j (i32.mul (local.get $i) (local.get $i)))
          (block $done (loop $mark
            (br_if $done (i32.ge_u (local.get $j) (local.get $n)))
            (i32.store8 (local.get $j) (i32.const 1))
            (local.set $j (i32.add (local.get $j) (local.get $i)))
            (br $mark)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))))
    (local.get $count))
  (func (export "hash") (param $rounds i32) (result i64) (local $h i64) (local $at i32)
    (local.set $h (i64.const 0x9e3779b97f4a7c15))
    (loop $round
      (local.set $at (i32.and (i32.mul (local.get $rounds) (i32.const 40)) (i32.const 0xfff8)))
      (local.set $h (i64.xor (local.get $h) (i64.load (local.get $at))))
      (local.set $h (i64.mul (local.get $h) (i64.const 0x100000001b3)))
      (local.set $h (i64.rotl (local.get $h) (i64.const 23)))
      (local.set $h (i64.add (local.get $h) (i64.extend_i32_u (local.get $rounds))))
      (i64.store (local.get $at) (local.get $h))
      (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
      (br_if $round (local.get $rounds)))
    (local.get $h))
  (func $swap (param $a i32) (param $b i32) (local $t i64)
    (local.set $t (i64.load (local.get $a)))
    (i64.store (local.get $a) (i64.load (local.get $b)))
    (i64.store (local.get $b) (local.get $t)))
  (func (export "sort") (param $n i32) (result i64) (local $i i32) (local $j i32) (local $x i64) (local $sum i64)
    (local.set $x (i64.const 88172645463325252))
    (loop $fill
      (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
      (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
      (i64.store (i32.shl (local.get $i) (i32.const 3)) (i64.rem_s (local.get $x) (i64.const 1000)))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.set $i (i32.const 1))
    (loop $outer
      (local.set $j (i32.shl (local.get $i) (i32.const 3)))
      (block $placed (loop $inner
        (br_if $placed (i32.eqz (local.get $j)))
        (br_if $placed (i64.le_s (i64.load (i32.sub (local.get $j) (i32.const 8))) (i64.load (local.get $j))))
        (call $swap (local.get $j) (i32.sub (local.get $j) (i32.const 8)))
        (local.set $j (i32.sub (local.get $j) (i32.const 8)))
        (br $inner)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $outer (i32.lt_u (local.get $i) (local.get $n))))
    (i64.load (i32.const 0))))
