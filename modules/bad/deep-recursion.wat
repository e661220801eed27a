;; Calls itself without end: the stack limit, in every engine at the same depth.
(module
  (memory (export "memory") 1 1)
  (func $down (export "down") (param i64) (result i64)
    (i64.add (i64.const 1) (call $down (i64.add (local.get 0) (i64.const 1))))))
