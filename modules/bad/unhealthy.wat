;; Version 2.0.0 whose migration works but whose health() answers false: the upgrade is aborted.
(module
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "output_write" (func $write (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "v")
  (func (export "migrate")
    (call $set (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))
  (func (export "health")
    (call $write (i32.const 8) (i32.const 1)))
  (func (export "value") (param i32) (result i64) (i64.const 2)))
