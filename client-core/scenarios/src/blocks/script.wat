;; Does what its argument says: steps of three bytes, operation, a, b. Stands for all modules in random blocks.
(module
  (import "zera" "input_len" (func $input_len (result i32)))
  (import "zera" "input_read" (func $input_read (param i32 i32 i32)))
  (import "zera" "output_write" (func $output (param i32 i32)))
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "storage_remove" (func $remove (param i32 i32)))
  (import "zera" "balance" (func $balance (param i32 i32)))
  (import "zera" "transfer" (func $transfer (param i32 i32)))
  (import "zera" "call_module" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "zera" "emit_event" (func $emit (param i32 i32 i32 i32)))
  (import "zera" "fail" (func $fail (param i32 i32)))
  (memory (export "memory") 1 3)
  ;; 0: the key. 16: a value. 32: an amount, 16 bytes. 64: names. 256: eight accounts. 768: four modules. 4096: the argument.
  (data (i32.const 64) "runt")
  (data (i32.const 256) "ACCOUNTS")
  (data (i32.const 768) "MODULES")
  (func $dive (param i32) (result i32)
    (i32.add (call $dive (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
  (func (export "run")
    (local $n i32) (local $p i32) (local $acc i64) (local $op i32) (local $a i32) (local $b i32) (local $i i32)
    (local.set $n (call $input_len))
    (call $input_read (i32.const 4096) (i32.const 0) (local.get $n))
    (block $done
      (loop $next
        (br_if $done (i32.gt_u (i32.add (local.get $p) (i32.const 3)) (local.get $n)))
        (local.set $op (i32.load8_u (i32.add (i32.const 4096) (local.get $p))))
        (local.set $a (i32.load8_u (i32.add (i32.const 4097) (local.get $p))))
        (local.set $b (i32.load8_u (i32.add (i32.const 4098) (local.get $p))))
        (local.set $p (i32.add (local.get $p) (i32.const 3)))
        (i32.store8 (i32.const 0) (i32.and (local.get $a) (i32.const 15)))
        (i64.store (i32.const 32) (i64.extend_i32_u (local.get $b)))
        (block $other
          (block $grow (block $deep (block $trap (block $fails (block $event (block $calls (block $pays (block $asks
          (block $burns (block $removes (block $writes (block $reads
            (br_table $reads $writes $removes $burns $asks $pays $calls $event $fails $trap $deep $grow $other (local.get $op)))
            ;; reads
            (i64.store (i32.const 16) (i64.const 0))
            (drop (call $get (i32.const 0) (i32.const 1) (i32.const 16) (i32.const 8)))
            (local.set $acc (i64.add (i64.mul (local.get $acc) (i64.const 31)) (i64.load (i32.const 16))))
            (br $next))
            ;; writes
            (i64.store (i32.const 16) (i64.add (local.get $acc) (i64.extend_i32_u (local.get $b))))
            (call $set (i32.const 0) (i32.const 1) (i32.const 16) (i32.const 8))
            (br $next))
            ;; removes
            (call $remove (i32.const 0) (i32.const 1))
            (br $next))
            ;; burns
            (local.set $i (i32.mul (local.get $b) (i32.const 64)))
            (block $cold (loop $hot
              (br_if $cold (i32.eqz (local.get $i)))
              (local.set $acc (i64.add (i64.mul (local.get $acc) (i64.const 6364136223846793005)) (i64.const 1)))
              (local.set $i (i32.sub (local.get $i) (i32.const 1)))
              (br $hot)))
            (br $next))
            ;; asks
            (call $balance (i32.add (i32.const 256) (i32.shl (i32.and (local.get $a) (i32.const 7)) (i32.const 5))) (i32.const 16))
            (local.set $acc (i64.xor (local.get $acc) (i64.load (i32.const 16))))
            (br $next))
            ;; pays
            (call $transfer (i32.add (i32.const 256) (i32.shl (i32.and (local.get $a) (i32.const 7)) (i32.const 5))) (i32.const 32))
            (br $next))
            ;; calls: the next b steps are the other module's
            (local.set $i (i32.mul (i32.and (local.get $b) (i32.const 3)) (i32.const 3)))
            (if (i32.gt_u (i32.add (local.get $p) (local.get $i)) (local.get $n))
              (then (local.set $i (i32.sub (local.get $n) (local.get $p)))))
            (i64.store (i32.const 32) (i64.const 0))
            (drop (call $call
              (i32.add (i32.const 768) (i32.shl (i32.and (local.get $a) (i32.const 3)) (i32.const 5)))
              (i32.const 64) (i32.const 3) (i32.add (i32.const 4096) (local.get $p)) (local.get $i) (i32.const 32)))
            (local.set $p (i32.add (local.get $p) (local.get $i)))
            (br $next))
            ;; event
            (call $emit (i32.const 64) (i32.const 4) (i32.const 16) (i32.const 8))
            (br $next))
            ;; fails
            (call $fail (i32.const 64) (i32.const 4))
            (br $next))
            ;; traps
            (unreachable))
            ;; deep
            (drop (call $dive (i32.const 0)))
            (br $next))
          ;; grows
          (local.set $acc (i64.add (local.get $acc) (i64.extend_i32_s (memory.grow (i32.and (local.get $b) (i32.const 3))))))
          (br $next))
        (br $next)))
    (i64.store (i32.const 16) (local.get $acc))
    (call $output (i32.const 16) (i32.const 8))))
