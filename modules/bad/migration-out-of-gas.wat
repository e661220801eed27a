;; Version 2.0.0 whose migration writes and then never ends: out of gas, the upgrade is aborted.
(module
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "v")
  (func (export "migrate")
    (loop $again
      (call $set (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8))
      (br $again)))
  (func (export "value") (param i32) (result i64) (i64.const 2)))
