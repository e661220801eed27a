;; Not bad itself: version 1.0.0 of a module that the bad upgrades beside it replace. It keeps one value under "v".
(module
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "v")
  (func (export "put") (param i64)
    (i64.store (i32.const 8) (local.get 0))
    (call $set (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))
  (func (export "value") (param i32) (result i64)
    (drop (call $get (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))
    (i64.load (i32.const 8))))
